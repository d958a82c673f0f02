package org.ashlar.spi.control;

import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;
import org.osgi.annotation.versioning.ProviderType;

/** One call of a command. */
@ProviderType
public interface CommandCall {

    /** Returns the block layer it is for. */
    BlockLayer layer();

    /** Returns the checked values of the command's arguments. */
    OptionValues arguments();

    /** Returns all arguments as they were given. */
    OptionTree tree();

    /** Ends the program after the answer has been sent; for {@code quit}. */
    void requestShutdown();
}
