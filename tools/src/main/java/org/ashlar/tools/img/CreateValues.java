package org.ashlar.tools.img;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.text.FlagOptions;

/** What a user gave of a format's creation options. Confined to one command. */
final class CreateValues {
    private final CreateFormat format;
    private final Map<String, Object> values = new LinkedHashMap<>();

    CreateValues(CreateFormat format) {
        this.format = format;
    }

    /** Takes the text of {@code -o}; later values win. */
    void parse(String text) throws ToolFailure {
        for (Map.Entry<String, String> entry : FlagOptions.parse(text).entrySet()) {
            CreateOption option =
                    format.find(entry.getKey())
                            .orElseThrow(() ->
                                    ToolFailure.of("Invalid parameter '" + entry.getKey() + "'"));
            values.put(option.name(), option.parse(entry.getValue()));
        }
    }

    /** Sets a value, if the format has such an option. */
    boolean put(String name, Object value) {
        if (format.find(name).isEmpty()) {
            return false;
        }
        values.put(name, value);
        return true;
    }

    Optional<String> text(String name) {
        return values.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** Makes the size one of whole sectors, as disks have; what is too large is left alone. */
    void roundSize() {
        long mask = Disk.SECTOR - 1;
        size().filter(size -> size <= Long.MAX_VALUE - mask)
                .ifPresent(size -> values.put("size", (size + mask) & ~mask));
    }

    Optional<Long> size() {
        return values.get("size") instanceof Long size ? Optional.of(size) : Optional.empty();
    }

    /** Returns the line that says what is being created. */
    String formatting(String fileName) {
        StringBuilder text = new StringBuilder("Formatting '");
        text.append(fileName).append("', fmt=").append(format.format());
        for (CreateOption option : format.options()) {
            Object value = values.getOrDefault(option.name(), option.shownDefault());
            if (values.containsKey(option.name()) || !option.shownDefault().isEmpty()) {
                text.append(' ').append(option.name()).append('=');
                text.append(CreateOption.show(value));
            }
        }
        return text.toString();
    }

    /** Returns the values that are for the file that an image of a format lies in. */
    OptionTree fileTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (CreateOption option : format.options()) {
            Object value = values.get(option.name());
            if (value != null && format.isOfFile(option)) {
                tree.put(option.key(), value);
            }
        }
        return OptionTree.typed(tree);
    }

    /** Returns the values under the driver's names. */
    OptionTree tree(Set<String> declared) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (CreateOption option : format.options()) {
            Object value = format.isOfFile(option) ? null : values.get(option.name());
            if (value != null && declared.contains(option.name())) {
                tree.put(option.name(), value);
            }
            boolean child = option.name().equals("data_file");
            if (value != null && (child || !declared.contains(option.name()))) {
                tree.put(option.key(), translate(option, value));
            }
        }
        return OptionTree.typed(tree);
    }

    /** Some options have other values under the names that QMP has for them. */
    private static Object translate(CreateOption option, Object value) {
        return switch (option.name()) {
            case "compat" -> version(value.toString());
            case "data_file" -> Map.of("driver", "file", "filename", value);
            default -> value;
        };
    }

    private static String version(String compat) {
        return switch (compat) {
            case "0.10" -> "v2";
            case "1.1" -> "v3";
            default -> compat;
        };
    }
}
