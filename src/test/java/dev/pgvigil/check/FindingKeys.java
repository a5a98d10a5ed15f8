package dev.pgvigil.check;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.Name;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The keys of all findings that the product can raise, read from the calls of {@link Finding#of} in its source. A part that is
 * known only at run time is {@code *}, such as the name of a query in {@code custom-sql/failed/*}; so is the check in a key that
 * several checks share.
 */
final class FindingKeys {

    static final String ANY = "*";

    private static final Path SOURCE = Path.of("src/main/java");

    /** A call, with the source file in which its arguments have a meaning. */
    private record Call(CompilationUnitTree unit, TreePath path, List<? extends ExpressionTree> arguments) {}

    /** {@code Blocking.NAME} to {@code blocking}. */
    private final Map<String, String> constants = new HashMap<>();

    private final List<Call> calls = new ArrayList<>();
    /** All calls of methods and constructors, by file. */
    private final Map<CompilationUnitTree, List<Call>> others = new HashMap<>();

    private FindingKeys() {}

    static Set<String> all() {
        FindingKeys keys = new FindingKeys();
        keys.read();
        return keys.calls.stream()
                .flatMap(call -> keys.values(call, call.arguments.get(0)).stream()
                        .flatMap(check -> keys.values(call, call.arguments.get(1)).stream()
                                .map(key -> check + "/" + key)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void read() {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> sources = Files.walk(SOURCE)) {
            List<Path> paths =
                    sources.filter(path -> path.toString().endsWith(".java")).toList();
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(paths));
            for (CompilationUnitTree unit : task.parse()) {
                read(unit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(CompilationUnitTree unit) {
        new TreePathScanner<@Nullable Void, @Nullable Void>() {
            @Override
            public @Nullable Void visitVariable(VariableTree variable, @Nullable Void none) {
                if (getCurrentPath().getParentPath().getLeaf() instanceof ClassTree type
                        && variable.getInitializer() != null) {
                    text(variable.getInitializer())
                            .ifPresent(value -> constants.put(type.getSimpleName() + "." + variable.getName(), value));
                }
                return super.visitVariable(variable, null);
            }

            @Override
            public @Nullable Void visitMethodInvocation(MethodInvocationTree invocation, @Nullable Void none) {
                Call call = new Call(unit, getCurrentPath(), invocation.getArguments());
                if (invocation.getMethodSelect().toString().equals("Finding.of")) {
                    calls.add(call);
                }
                others.computeIfAbsent(unit, key -> new ArrayList<>()).add(call);
                return super.visitMethodInvocation(invocation, null);
            }

            @Override
            public @Nullable Void visitNewClass(NewClassTree creation, @Nullable Void none) {
                others.computeIfAbsent(unit, key -> new ArrayList<>())
                        .add(new Call(unit, getCurrentPath(), creation.getArguments()));
                return super.visitNewClass(creation, null);
            }
        }.scan(unit, null);
    }

    private Optional<String> text(ExpressionTree expression) {
        return switch (expression) {
            case LiteralTree literal when literal.getValue() instanceof String value -> Optional.of(value);
            case MemberSelectTree constant -> Optional.of("=" + constant);
            default -> Optional.empty();
        };
    }

    /** What an argument of a call can be. */
    private Set<String> values(Call call, ExpressionTree expression) {
        return switch (expression) {
            case LiteralTree literal -> Set.of(String.valueOf(literal.getValue()));
            case ParenthesizedTree inner -> values(call, inner.getExpression());
            case ConditionalExpressionTree choice -> {
                Set<String> both = new TreeSet<>(values(call, choice.getTrueExpression()));
                both.addAll(values(call, choice.getFalseExpression()));
                yield both;
            }
            case BinaryTree sum -> Set.of(start(sum) + ANY);
            case MemberSelectTree constant -> Set.of(constant(constant.toString()));
            case IdentifierTree name -> named(call, name.getName().toString());
            default -> Set.of(ANY);
        };
    }

    /** The beginning of a concatenation. */
    private static String start(BinaryTree sum) {
        return switch (sum.getLeftOperand()) {
            case BinaryTree left -> start(left);
            case LiteralTree literal -> String.valueOf(literal.getValue());
            default -> "";
        };
    }

    private String constant(String name) {
        String value = constants.getOrDefault(name, ANY);
        return value.startsWith("=") ? constant(value.substring(1)) : value;
    }

    /** A parameter or a component of a record: what is passed in the same file; or a constant of the class. */
    private Set<String> named(Call call, String name) {
        for (TreePath path = call.path; path != null; path = path.getParentPath()) {
            if (path.getLeaf() instanceof MethodTree method) {
                int parameter = index(method.getParameters(), name);
                if (parameter >= 0) {
                    return passed(
                            call.unit, method.getName(), method.getParameters().size(), parameter);
                }
            }
            if (path.getLeaf() instanceof ClassTree type) {
                int component = type.getKind() == Tree.Kind.RECORD ? index(fields(type), name) : -1;
                if (component >= 0) {
                    return passed(call.unit, type.getSimpleName(), fields(type).size(), component);
                }
                String value = constant(type.getSimpleName() + "." + name);
                if (!value.equals(ANY)) {
                    return Set.of(value);
                }
            }
        }
        return Set.of(ANY);
    }

    private static int index(List<? extends VariableTree> variables, String name) {
        return variables.stream()
                .map(variable -> variable.getName().toString())
                .toList()
                .indexOf(name);
    }

    /** The components of a record, in order. */
    private static List<VariableTree> fields(ClassTree type) {
        return type.getMembers().stream()
                .filter(VariableTree.class::isInstance)
                .map(VariableTree.class::cast)
                .filter(field -> !field.getModifiers().getFlags().contains(Modifier.STATIC))
                .toList();
    }

    private Set<String> passed(CompilationUnitTree unit, Name called, int arity, int parameter) {
        Set<String> values = new TreeSet<>();
        for (Call caller : others.getOrDefault(unit, List.of())) {
            Tree name = caller.path.getLeaf() instanceof MethodInvocationTree invocation
                    ? invocation.getMethodSelect()
                    : ((NewClassTree) caller.path.getLeaf()).getIdentifier();
            if (name instanceof IdentifierTree identifier
                    && identifier.getName().equals(called)
                    && caller.arguments.size() == arity) {
                values.addAll(values(caller, caller.arguments.get(parameter)));
            }
        }
        return values.isEmpty() ? Set.of(ANY) : values;
    }
}
