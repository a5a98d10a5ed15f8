package dev.pgvigil.corpus;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Comparator;
import java.util.List;

/** The cases of one area of checks. An implementation has a constructor without parameters and is found by its type. */
public interface Corpus {

    default List<Fault> faults() {
        return List.of();
    }

    default List<Workload> workloads() {
        return List.of();
    }

    /** The cases of all areas, in the order of their names. */
    static List<Corpus> all() {
        return new ClassFileImporter()
                .importPackages("dev.pgvigil").stream()
                        .filter(found -> found.isAssignableTo(Corpus.class) && !found.isInterface())
                        .sorted(Comparator.comparing(found -> found.getName()))
                        .map(found -> {
                            try {
                                var constructor = found.reflect().getDeclaredConstructor();
                                constructor.setAccessible(true);
                                return (Corpus) constructor.newInstance();
                            } catch (ReflectiveOperationException e) {
                                throw new IllegalStateException(found.getName(), e);
                            }
                        })
                        .toList();
    }
}
