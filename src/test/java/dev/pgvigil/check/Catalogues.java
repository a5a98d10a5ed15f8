package dev.pgvigil.check;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Constructor;
import java.util.List;

/** Catalogues of selected checks, and of all checks. */
public final class Catalogues {

    private Catalogues() {}

    public static Catalogue of(Check<?>... checks) {
        return new Catalogue(List.of(checks));
    }

    /** Every check of the product, found by type, as in the product. */
    public static List<Check<?>> all() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.pgvigil").stream()
                        .filter(found -> found.isAssignableTo(Check.class) && !found.isInterface())
                        .<Check<?>>map(Catalogues::made)
                        .toList();
    }

    private static Check<?> made(JavaClass found) {
        try {
            Constructor<?> constructor = found.reflect().getDeclaredConstructor();
            constructor.setAccessible(true);
            return (Check<?>) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(found.getName() + " cannot be made without parameters", e);
        }
    }
}
