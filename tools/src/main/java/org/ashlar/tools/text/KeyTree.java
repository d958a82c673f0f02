package org.ashlar.tools.text;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.spi.BlockException;

/**
 * Checks that dotted keys make a tree: no key is both a value and an object, and the numbers of a
 * list leave none out. Stateless.
 */
final class KeyTree {

    private KeyTree() {}

    static void check(Collection<String> keys) throws BlockException {
        Node root = new Node();
        for (String key : keys) {
            root.add(key);
        }
        root.checkLists("");
    }

    /** One object, list or value of the tree; confined to one check. */
    private static final class Node {

        private final Map<String, Node> members = new LinkedHashMap<>();
        private boolean value;

        void add(String key) throws BlockException {
            Node at = this;
            int end;
            for (int from = 0; from <= key.length(); from = end + 1) {
                end = key.indexOf('.', from);
                end = end < 0 ? key.length() : end;
                at = at.members.computeIfAbsent(key.substring(from, end), _ -> new Node());
                boolean leaf = end == key.length();
                if (leaf ? !at.members.isEmpty() : at.value) {
                    throw inconsistent(key.substring(0, end));
                }
                at.value = leaf;
            }
        }

        void checkLists(String path) throws BlockException {
            long numbers = members.keySet().stream().filter(Node::isNumber).count();
            if (numbers > 0 && numbers < members.size()) {
                throw inconsistent(path);
            }
            for (int i = 0; i < numbers; i++) {
                if (!members.containsKey(Integer.toString(i))) {
                    throw BlockException.invalid("Parameter '" + path + "." + i + "' missing");
                }
            }
            for (Map.Entry<String, Node> member : members.entrySet()) {
                String name = member.getKey();
                member.getValue().checkLists(path.isEmpty() ? name : path + "." + name);
            }
        }

        private static boolean isNumber(String name) {
            return Character.isDigit(name.charAt(0));
        }

        private static BlockException inconsistent(String path) {
            return BlockException.invalid("Parameters '" + path + ".*' used inconsistently");
        }
    }
}
