package org.ashlar.checks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rules for any text: no marks of unfinished work, no paths of one machine, no dead links.
 * Immutable.
 */
final class TextRules {

    private static final Pattern MARK = Pattern.compile("\\b(?:TO[D]O|FIX[M]E|XX[X])\\b");
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w.}-])/(?:work|root|home/\\w+|Users/\\w+)/");
    private static final Pattern LINK =
            Pattern.compile("\\[[^\\]]*]\\(<?([^)>\\s]+)>?(?:\\s+\"[^\"]*\")?\\)");
    private static final Pattern HTML_LINK = Pattern.compile("(?:src|href)=\"([^\"]+)\"");
    private static final Pattern CODE_SPAN = Pattern.compile("`[^`]*`");
    private static final Pattern ABSOLUTE = Pattern.compile("[a-z][a-z0-9+.-]*:.*|//.*");

    private final Path root;

    TextRules(Path root) {
        this.root = root;
    }

    /** Returns what is wrong with the text, in the order of its lines. */
    List<Finding> check(TextFile file) {
        List<Finding> findings = new ArrayList<>();
        long number = 0;
        for (String line : file.lines()) {
            number++;
            if (MARK.matcher(line).find()) {
                findings.add(
                        new Finding(
                                file.path(),
                                number,
                                "unfinished work: finish it or open an issue"));
            }
            if (MACHINE_PATH.matcher(line).find()) {
                findings.add(new Finding(file.path(), number, "path of one machine"));
            }
        }
        if (file.isMarkdown()) {
            checkLinks(file, findings);
        }
        return findings;
    }

    private void checkLinks(TextFile file, List<Finding> findings) {
        boolean fenced = false;
        long number = 0;
        for (String line : file.lines()) {
            number++;
            if (isFence(line)) {
                fenced = !fenced;
            } else if (!fenced) {
                for (String target : targets(CODE_SPAN.matcher(line).replaceAll(""))) {
                    if (!leadsSomewhere(file, target)) {
                        findings.add(new Finding(file.path(), number, "dead link: " + target));
                    }
                }
            }
        }
    }

    private static boolean isFence(String line) {
        return line.strip().startsWith("```") || line.strip().startsWith("~~~");
    }

    private static List<String> targets(String line) {
        List<String> targets = new ArrayList<>();
        for (Pattern pattern : List.of(LINK, HTML_LINK)) {
            Matcher matcher = pattern.matcher(line);
            while (matcher.find()) {
                targets.add(matcher.group(1));
            }
        }
        return targets;
    }

    private boolean leadsSomewhere(TextFile from, String target) {
        if (ABSOLUTE.matcher(target).matches()) {
            return true;
        }
        int hash = target.indexOf('#');
        String path = hash < 0 ? target : target.substring(0, hash);
        Path file = root.resolve(from.path());
        Path to = path.isEmpty() ? file : file.resolveSibling(path).normalize();
        if (!path.isEmpty() && !Files.exists(to)) {
            return false;
        }
        return hash < 0
                || !to.toString().endsWith(".md")
                || hasHeading(from, to, target.substring(hash + 1));
    }

    private boolean hasHeading(TextFile from, Path to, String anchor) {
        List<String> lines = to.equals(root.resolve(from.path())) ? from.lines() : linesOf(to);
        return lines.stream()
                .filter(line -> line.startsWith("#"))
                .anyMatch(line -> anchorOf(line).equals(anchor));
    }

    private static List<String> linesOf(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes a heading's anchor as the usual renderers do: small letters, no punctuation, dashes for
     * spaces.
     */
    private static String anchorOf(String heading) {
        return heading.replaceFirst("^#+\\s*", "")
                .strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                .replace(' ', '-');
    }
}
