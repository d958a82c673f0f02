package org.ashlar.core.internal.grace;

/**
 * Where one consumer's pins of one domain are counted. Thread-safe; made for one thread at a time.
 */
public final class PinPlace {
    private final GraceDomain domain;
    private final Stripe stripe;

    PinPlace(GraceDomain domain, Stripe stripe) {
        this.domain = domain;
        this.stripe = stripe;
    }

    /**
     * Counts a pin and returns its bank; what the caller reads from now on stays until {@link
     * #unpin} of that bank.
     */
    public int pin() {
        int bank = domain.bank();
        stripe.begin(bank);
        return bank;
    }

    /** Counts another pin of a bank in which the caller knows of one that has not ended. */
    public void fork(int bank) {
        stripe.begin(bank);
    }

    /** Counts a pin of {@code bank} as ended. */
    public void unpin(int bank) {
        stripe.end(bank);
        domain.ended();
    }
}
