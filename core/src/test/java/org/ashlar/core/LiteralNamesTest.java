package org.ashlar.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.OptionTree;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** File names that come with a driver, and names of nodes; what is refused is the reference's. */
class LiteralNamesTest {
    private final TestLayer test = new TestLayer();

    @AfterEach
    void close() {
        test.close();
    }

    @Test
    void fileName_ofANamedProtocol_isAPathAndNothingElse() {
        RealDrivers.addTo(test, 1);
        for (String name : List.of("json:{}", "nbd://host/x", "file:x")) {
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () ->
                                    test.layer.add(
                                            OptionTree.typed(
                                                    Map.of(
                                                            "driver",
                                                            "file",
                                                            "node-name",
                                                            "n",
                                                            "filename",
                                                            name))));
            assertEquals(
                    "Could not open '" + name + "': No such file or directory",
                    refused.getMessage());
        }
    }

    @Test
    void nodeName_ofOtherLettersOrTooLong_isRefused() {
        RealDrivers.addTo(test, 1);
        assertEquals("Invalid node-name: '\u00e9'", refusal("\u00e9"));
        assertEquals("Node name too long", refusal("a".repeat(32)));
    }

    private String refusal(String nodeName) {
        OptionTree options = OptionTree.typed(Map.of("driver", "null-co", "node-name", nodeName));
        return assertThrows(BlockException.class, () -> test.layer.add(options)).getMessage();
    }
}
