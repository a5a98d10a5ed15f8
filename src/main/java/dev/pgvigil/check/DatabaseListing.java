package dev.pgvigil.check;

import java.util.List;

/** An observation that lists the databases of a server: what discovery works with. */
public interface DatabaseListing {

    /** More databases of a server are not listed. */
    int MOST = 2000;

    /** Names of the databases that pgvigil may connect to, templates left out. */
    List<String> discoverable();
}
