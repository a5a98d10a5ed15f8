/** The manifests of {@code k8s/}, held against Kubernetes' types, against each other and against pgvigil. */
@NullMarked
package dev.pgvigil.kubernetes;

import org.jspecify.annotations.NullMarked;
