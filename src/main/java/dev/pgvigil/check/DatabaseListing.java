package dev.pgvigil.check;

import java.util.List;

/** An observation that lists the databases of a server: what discovery works with. */
public interface DatabaseListing {

    /** Names of the databases that pgvigil may connect to, templates left out. */
    List<String> discoverable();
}
