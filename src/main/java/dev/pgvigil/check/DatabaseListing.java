package dev.pgvigil.check;

import java.util.List;

/** An observation that lists the databases of a server, for discovery. */
public interface DatabaseListing {

    /** More databases of a server are not listed. */
    int MOST = 2000;

    /** Names of the databases to which pgvigil can connect, without templates. */
    List<String> discoverable();
}
