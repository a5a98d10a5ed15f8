/** The files of {@code monitoring/}, held against pgvigil's metrics, against each other and against the tools that read them. */
@NullMarked
package dev.pgvigil.monitoring;

import org.jspecify.annotations.NullMarked;
