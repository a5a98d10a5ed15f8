/** Files that show whether they were changed afterwards. */
@NullMarked
package dev.pgvigil.audit;

import org.jspecify.annotations.NullMarked;
