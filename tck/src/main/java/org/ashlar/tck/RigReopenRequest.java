package org.ashlar.tck;

import org.ashlar.spi.Background;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.OptionValues;

/** Gives a node under test its new options. Immutable. */
record RigReopenRequest(
        OptionValues options, NodeSettings settings, Request request, Background background)
        implements ReopenRequest {}
