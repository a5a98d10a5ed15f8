/** Tenant isolation: whether roles of applications can see rows of more than one tenant, as the server decides it. */
@NullMarked
package dev.pgvigil.tenant;

import org.jspecify.annotations.NullMarked;
