package org.ashlar.core.internal.grace;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ashlar.core.internal.grace.GraceModel.Variant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Explores every interleaving of readers and grace periods: ours is safe, and each known wrong
 * variant is found out.
 */
class GraceModelTest {

    @Test
    void twoBanksEndedFirst_inEveryInterleaving_isSafe() {
        GraceModel model = new GraceModel(Variant.OURS);
        assertFalse(model.findsUseAfterFree());
        assertTrue(model.statesSeen() > 100_000, "explored only " + model.statesSeen() + " states");
    }

    @ParameterizedTest
    @EnumSource(value = Variant.class, names = "OURS", mode = EnumSource.Mode.EXCLUDE)
    void wrongVariant_inSomeInterleaving_isUseAfterFree(Variant variant) {
        assertTrue(new GraceModel(variant).findsUseAfterFree());
    }
}
