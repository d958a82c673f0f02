package org.ashlar.checks;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConstantCaseLabelTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * Rules for one Java file, read as javac's tree: sizes, banned calls, documented types. Confined to
 * one use.
 */
final class JavaRules extends TreePathScanner<@Nullable Void, @Nullable Void> {

    static final int FILE_LINES_MAX = 500;
    static final int METHOD_LINES_MAX = 60;

    private static final Set<String> MAY_PRINT = Set.of("tools", "bench");
    private static final Set<String> PRINTERS =
            Set.of("System.out", "System.err", "System.console");
    private static final Set<String> SKIPS = Set.of("assumeTrue", "assumeFalse", "assumingThat");
    private static final Pattern SLEEPER =
            Pattern.compile("(?:Thread|(?:TimeUnit\\.)?[A-Z]+S)\\.sleep");

    private final TextFile file;
    private final CompilationUnitTree unit;
    private final DocTrees trees;
    private final List<Finding> findings = new ArrayList<>();

    private JavaRules(TextFile file, CompilationUnitTree unit, DocTrees trees) {
        this.file = file;
        this.unit = unit;
        this.trees = trees;
    }

    /** Returns what is wrong with the file. */
    static List<Finding> check(TextFile file, CompilationUnitTree unit, DocTrees trees) {
        JavaRules rules = new JavaRules(file, unit, trees);
        long lines = file.text().lines().count();
        if (lines > FILE_LINES_MAX) {
            rules.findings.add(
                    new Finding(file.path(), lines, lines + " lines: split the file by idea"));
        }
        rules.scan(unit, null);
        return rules.findings;
    }

    @Override
    public @Nullable Void visitClass(ClassTree type, @Nullable Void unused) {
        boolean topLevel =
                getCurrentPath().getParentPath().getLeaf() instanceof CompilationUnitTree;
        if (topLevel && file.isMainJava() && trees.getDocComment(getCurrentPath()) == null) {
            report(
                    type,
                    "no Javadoc: the first sentence says what " + type.getSimpleName() + " gives");
        }
        Tree parent = type.getExtendsClause();
        if (parent != null && parent.toString().equals("Thread")) {
            report(type, "subclass of Thread: use Thread.ofVirtual or ofPlatform with a name");
        }
        return super.visitClass(type, null);
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
        // A table of cases above a test is an annotation, not part of the method's size.
        Tree measured = method.getBody() == null ? method : method.getBody();
        long lines = lineOfEnd(measured) - lineOf(measured) + 1;
        if (lines > METHOD_LINES_MAX) {
            report(
                    method,
                    method.getName() + " has " + lines + " lines, at most " + METHOD_LINES_MAX);
        }
        return super.visitMethod(method, null);
    }

    @Override
    public @Nullable Void visitVariable(VariableTree variable, @Nullable Void unused) {
        Set<Modifier> modifiers = variable.getModifiers().getFlags();
        boolean injected =
                variable.getModifiers().getAnnotations().stream()
                        .anyMatch(annotation ->
                                annotation.getAnnotationType().toString().equals("TempDir"));
        if (modifiers.contains(Modifier.STATIC)
                && !modifiers.contains(Modifier.FINAL)
                && !injected) {
            report(
                    variable,
                    "static mutable state: two frameworks in one JVM must not see each other");
        }
        return super.visitVariable(variable, null);
    }

    @Override
    public @Nullable Void visitMemberSelect(MemberSelectTree select, @Nullable Void unused) {
        if (PRINTERS.contains(select.toString()) && !MAY_PRINT.contains(file.module())) {
            report(select, select + " is for programs: throw, or log");
        }
        return super.visitMemberSelect(select, null);
    }

    @Override
    public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void unused) {
        String called = call.getMethodSelect().toString();
        List<? extends ExpressionTree> arguments = call.getArguments();
        if (called.endsWith(".interrupt")
                && arguments.isEmpty()
                && !called.equals("Thread.currentThread().interrupt")) {
            report(call, "interrupt closes a FileChannel for everybody: cancel by flag");
        }
        if (file.isMainJava() && called.endsWith(".shutdownNow")) {
            report(call, "shutdownNow interrupts: cancel by flag, then close");
        }
        if (file.isMainJava() && called.endsWith(".cancel") && isTrue(arguments)) {
            report(call, "cancel(true) interrupts: cancel by flag");
        }
        if (file.isTestJava() && SLEEPER.matcher(called).matches()) {
            report(call, "sleep in a test: wait for what you wait for, with a latch");
        }
        if (SKIPS.contains(called.substring(called.lastIndexOf('.') + 1))) {
            report(call, "a test that skips itself: what is missing is a failure");
        }
        return super.visitMethodInvocation(call, null);
    }

    @Override
    public @Nullable Void visitNewClass(NewClassTree creation, @Nullable Void unused) {
        if (creation.getIdentifier().toString().equals("Thread")) {
            report(creation, "new Thread: use Thread.ofVirtual or ofPlatform with a name");
        }
        return super.visitNewClass(creation, null);
    }

    @Override
    public @Nullable Void visitAnnotation(AnnotationTree annotation, @Nullable Void unused) {
        if (annotation.getAnnotationType().toString().startsWith("Disabled")) {
            report(annotation, "a test that does not run: mend it or remove it");
        }
        return super.visitAnnotation(annotation, null);
    }

    @Override
    public @Nullable Void visitLiteral(LiteralTree literal, @Nullable Void unused) {
        Tree around = getCurrentPath().getParentPath().getLeaf();
        boolean asked = around instanceof BinaryTree || around instanceof ConstantCaseLabelTree;
        if (literal.getKind() == Tree.Kind.NULL_LITERAL
                && file.path().startsWith("spi/src/main/")
                && !asked) {
            report(
                    literal,
                    "null as a value in the SPI: an Optional, an empty list, or a type of its own");
        }
        return super.visitLiteral(literal, null);
    }

    private static boolean isTrue(List<? extends ExpressionTree> arguments) {
        return arguments.size() == 1 && arguments.getFirst().toString().equals("true");
    }

    private void report(Tree tree, String message) {
        findings.add(new Finding(file.path(), lineOf(tree), message));
    }

    private long lineOf(Tree tree) {
        return unit.getLineMap()
                .getLineNumber(trees.getSourcePositions().getStartPosition(unit, tree));
    }

    private long lineOfEnd(Tree tree) {
        return unit.getLineMap()
                .getLineNumber(trees.getSourcePositions().getEndPosition(unit, tree));
    }
}
