/** Channels: one file for each way in which a notification reaches people. They know nothing of how alerts come about. */
@NullMarked
package dev.pgvigil.alert.channel;

import org.jspecify.annotations.NullMarked;
