package org.ashlar.tools.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads options as GNU programs do: short ones that may be bundled, long ones that may be
 * abbreviated, and operands between them. Confined to one thread.
 */
public final class Getopt {

    /** What is wrong with an option. */
    public enum Fault {
        UNKNOWN,
        AMBIGUOUS,
        ARGUMENT_MISSING,
        ARGUMENT_UNWANTED
    }

    /** An option that is not what it should be; the message is worded as the C library's. */
    public static final class WrongOption extends Exception {
        private static final long serialVersionUID = 1;

        private final Fault fault;
        private final String given;

        WrongOption(Fault fault, String given, String message) {
            super(message);
            this.fault = fault;
            this.given = given;
        }

        /** Returns what is wrong. */
        public Fault fault() {
            return fault;
        }

        /** Returns the argument as it was given. */
        public String given() {
            return given;
        }
    }

    private final List<String> args;
    private final String shorts;
    private final String[] longs;
    private final List<String> operands = new ArrayList<>();
    private int index;
    private String bundle = "";
    private String option = "";
    private String argument = "";

    /**
     * Prepares to read.
     *
     * @param args what follows the command's name
     * @param shorts the letters, each followed by a colon if it takes an argument; {@code +} in
     *     front ends the options at the first operand
     * @param longs the long names, each followed by a colon if it takes an argument, and by {@code
     *     =x} if it is the same as the letter {@code x}
     */
    public Getopt(List<String> args, String shorts, String... longs) {
        this.args = args;
        this.shorts = shorts;
        this.longs = longs.clone();
    }

    /** Reads the next option; returns whether there was one. */
    public boolean next() throws WrongOption {
        if (!bundle.isEmpty()) {
            readShort(bundle);
            return true;
        }
        while (index < args.size()) {
            String arg = args.get(index++);
            if (arg.equals("--")) {
                break;
            }
            if (arg.startsWith("--")) {
                readLong(arg);
                return true;
            }
            if (arg.length() > 1 && arg.charAt(0) == '-') {
                readShort(arg.substring(1));
                return true;
            }
            if (shorts.startsWith("+")) {
                index--;
                break;
            }
            operands.add(arg);
        }
        operands.addAll(args.subList(index, args.size()));
        index = args.size();
        return false;
    }

    /** Returns the option just read: its letter if it has one, else its long name. */
    public String option() {
        return option;
    }

    /** Returns the argument of the option just read. */
    public String argument() {
        return argument;
    }

    /** Returns what is not an option; complete once {@link #next()} has returned false. */
    public List<String> operands() {
        return operands;
    }

    private void readShort(String letters) throws WrongOption {
        String given = args.get(index - 1);
        char letter = letters.charAt(0);
        bundle = letters.substring(1);
        int at = letter == ':' || letter == '+' ? -1 : shorts.indexOf(letter);
        if (at < 0) {
            throw new WrongOption(Fault.UNKNOWN, given, "invalid option -- '" + letter + "'");
        }
        option = String.valueOf(letter);
        argument = "";
        if (at + 1 < shorts.length() && shorts.charAt(at + 1) == ':') {
            if (bundle.isEmpty() && index == args.size()) {
                throw new WrongOption(
                        Fault.ARGUMENT_MISSING,
                        given,
                        "option requires an argument -- '" + letter + "'");
            }
            argument = bundle.isEmpty() ? args.get(index++) : bundle;
            bundle = "";
        }
    }

    private void readLong(String given) throws WrongOption {
        int equals = given.indexOf('=');
        String name = given.substring(2, equals < 0 ? given.length() : equals);
        String spec = find(name, given);
        String full = nameOf(spec);
        int letter = spec.indexOf('=');
        option = letter < 0 ? full : spec.substring(letter + 1);
        argument = "";
        boolean wanted = spec.startsWith(":", full.length());
        if (!wanted && equals >= 0) {
            throw new WrongOption(
                    Fault.ARGUMENT_UNWANTED,
                    given,
                    "option '--" + full + "' doesn't allow an argument");
        }
        if (wanted && equals < 0 && index == args.size()) {
            throw new WrongOption(
                    Fault.ARGUMENT_MISSING, given, "option '--" + full + "' requires an argument");
        }
        if (wanted) {
            argument = equals < 0 ? args.get(index++) : given.substring(equals + 1);
        }
    }

    private String find(String name, String given) throws WrongOption {
        List<String> candidates = new ArrayList<>();
        for (String spec : longs) {
            String full = nameOf(spec);
            if (full.equals(name)) {
                return spec;
            }
            if (full.startsWith(name)) {
                candidates.add(spec);
            }
        }
        if (candidates.size() == 1) {
            return candidates.getFirst();
        }
        if (candidates.isEmpty()) {
            throw new WrongOption(Fault.UNKNOWN, given, "unrecognized option '--" + name + "'");
        }
        StringBuilder message =
                new StringBuilder("option '" + given + "' is ambiguous; possibilities:");
        for (String spec : candidates) {
            message.append(" '--").append(nameOf(spec)).append('\'');
        }
        throw new WrongOption(Fault.AMBIGUOUS, given, message.toString());
    }

    private static String nameOf(String spec) {
        int end = 0;
        while (end < spec.length() && spec.charAt(end) != ':' && spec.charAt(end) != '=') {
            end++;
        }
        return spec.substring(0, end);
    }
}
