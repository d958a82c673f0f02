package org.ashlar.tools.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.ashlar.tools.text.Getopt.WrongOption;
import org.junit.jupiter.api.Test;

class GetoptTest {

    private static List<String> read(Getopt options) throws WrongOption {
        List<String> read = new ArrayList<>();
        while (options.next()) {
            read.add(options.option() + ":" + options.argument());
        }
        read.addAll(options.operands());
        return read;
    }

    private static Getopt of(String... args) {
        return new Getopt(List.of(args), "ab:c", "alpha=a", "beta:=b", "gamma", "gable:");
    }

    @Test
    void next_optionsAmongOperands_areFoundAndOperandsKept() throws Exception {
        assertEquals(
                List.of("a:", "b:x", "c:", "one", "-", "two"),
                read(of("one", "-a", "-", "-bx", "two", "-c")));
    }

    @Test
    void next_bundle_isSeveralOptions() throws Exception {
        assertEquals(List.of("a:", "c:", "b:x"), read(of("-acbx")));
        assertEquals(List.of("a:", "b:x"), read(of("-ab", "x")));
    }

    @Test
    void next_longNames_mayBeAbbreviatedAndTakeArgumentsEitherWay() throws Exception {
        assertEquals(
                List.of("a:", "b:1", "b:2", "gamma:"),
                read(of("--al", "--beta=1", "--be", "2", "--gam")));
    }

    @Test
    void next_doubleDash_endsOptions() throws Exception {
        assertEquals(List.of("a:", "-c", "--"), read(of("-a", "--", "-c", "--")));
    }

    @Test
    void next_plusMode_endsAtTheFirstOperand() throws Exception {
        assertEquals(
                List.of("a:", "one", "-a"), read(new Getopt(List.of("-a", "one", "-a"), "+a")));
    }

    @Test
    void next_wrongOptions_areWordedAsTheLibraryDoes() {
        assertEquals("invalid option -- 'x'", refusal("-ax"));
        assertEquals("unrecognized option '--nothing'", refusal("--nothing=3"));
        assertEquals("option requires an argument -- 'b'", refusal("-b"));
        assertEquals("option '--beta' requires an argument", refusal("--bet"));
        assertEquals("option '--gamma' doesn't allow an argument", refusal("--gamma=1"));
        assertEquals(
                "option '--ga' is ambiguous; possibilities: '--gamma' '--gable'", refusal("--ga"));
    }

    private static String refusal(String arg) {
        return assertThrows(WrongOption.class, () -> read(of(arg))).getMessage();
    }
}
