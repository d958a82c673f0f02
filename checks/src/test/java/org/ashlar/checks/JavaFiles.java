package org.ashlar.checks;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.DiagnosticListener;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Parses Java with the JDK's own parser, resolving nothing, and applies the rules. Without state.
 */
final class JavaFiles {

    private JavaFiles() {}

    /** Returns what is wrong with the files; a file that does not parse is a finding, too. */
    static List<Finding> check(Collection<TextFile> files) {
        Map<URI, TextFile> java =
                files.stream()
                        .filter(TextFile::isJava)
                        .collect(toMap(Source::uri, Function.identity()));
        List<Finding> findings = new ArrayList<>(packagesWithoutNullMarked(files));
        if (java.isEmpty()) {
            return findings;
        }
        DiagnosticCollector<JavaFileObject> syntax = new DiagnosticCollector<>();
        JavacTask task = parser(java.values(), syntax);
        DocTrees trees = DocTrees.instance(task);
        try {
            for (CompilationUnitTree unit : task.parse()) {
                TextFile file = requireNonNull(java.get(unit.getSourceFile().toUri()));
                findings.addAll(JavaRules.check(file, unit, trees));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (var problem : syntax.getDiagnostics()) {
            TextFile file = requireNonNull(java.get(problem.getSource().toUri()));
            findings.add(
                    new Finding(
                            file.path(), problem.getLineNumber(), problem.getMessage(Locale.ROOT)));
        }
        return findings;
    }

    private static JavacTask parser(
            Collection<TextFile> files, DiagnosticListener<JavaFileObject> listener) {
        List<Source> sources = files.stream().map(Source::new).toList();
        return (JavacTask)
                ToolProvider.getSystemJavaCompiler()
                        .getTask(null, null, listener, List.of("-proc:none"), null, sources);
    }

    /**
     * NullAway looks only where a package says {@code @NullMarked}, so one that does not would pass
     * unseen.
     */
    private static List<Finding> packagesWithoutNullMarked(Collection<TextFile> files) {
        Set<String> marked =
                files.stream()
                        .filter(file -> file.path().endsWith("/package-info.java"))
                        .filter(file -> file.text().contains("@NullMarked"))
                        .map(JavaFiles::folder)
                        .collect(Collectors.toSet());
        Set<String> needed =
                files.stream()
                        .filter(TextFile::isMainJava)
                        .map(JavaFiles::folder)
                        .collect(Collectors.toCollection(TreeSet::new));
        needed.removeAll(marked);
        return needed.stream()
                .map(folder ->
                        new Finding(folder + "/package-info.java", 1, "no @NullMarked package"))
                .toList();
    }

    private static String folder(TextFile file) {
        return file.path().substring(0, file.path().lastIndexOf('/'));
    }

    private static final class Source extends SimpleJavaFileObject {

        private final TextFile file;

        Source(TextFile file) {
            super(uri(file), Kind.SOURCE);
            this.file = file;
        }

        static URI uri(TextFile file) {
            return URI.create("text:///" + file.path());
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return file.text();
        }
    }
}
