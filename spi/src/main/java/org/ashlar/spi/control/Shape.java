package org.ashlar.spi.control;

import java.util.List;

/**
 * What a JSON value looks like, as introspection (QMP {@code query-qmp-schema}) tells it.
 * Immutable.
 */
public sealed interface Shape {

    /** A text. */
    Shape TEXT = new Scalar("str", "string");

    /** A whole number. */
    Shape INTEGER = new Scalar("int", "int");

    /** A number. */
    Shape NUMBER = new Scalar("number", "number");

    /** A truth value. */
    Shape BOOLEAN = new Scalar("bool", "boolean");

    /** JSON's null. */
    Shape NULL = new Scalar("null", "null");

    /** Any value. */
    Shape ANY = new Scalar("any", "value");

    /** An object without members: what a command answers that has nothing to say. */
    Shape NOTHING = new Members(List.of());

    /**
     * A value without parts.
     *
     * @param name what QMP calls the type
     * @param json what JSON calls it
     */
    record Scalar(String name, String json) implements Shape {}

    /**
     * One of some texts.
     *
     * @param values the texts
     */
    record Choice(List<String> values) implements Shape {
        public Choice {
            values = List.copyOf(values);
        }
    }

    /**
     * A list.
     *
     * @param item what each item looks like
     */
    record ListOf(Shape item) implements Shape {}

    /**
     * A value of one of several kinds, told apart by their JSON type.
     *
     * @param kinds what it may look like
     */
    record OneOf(List<Shape> kinds) implements Shape {
        public OneOf {
            kinds = List.copyOf(kinds);
        }
    }

    /**
     * An object.
     *
     * @param members its members in order
     */
    record Members(List<Member> members) implements Shape {
        public Members {
            members = List.copyOf(members);
        }
    }

    /**
     * A member of an object.
     *
     * @param name its key
     * @param shape what its value looks like
     * @param optional whether it may be missing
     */
    record Member(String name, Shape shape, boolean optional) {}

    /** Returns a member that is always there. */
    static Member member(String name, Shape shape) {
        return new Member(name, shape, false);
    }

    /** Returns a member that may be missing. */
    static Member optional(String name, Shape shape) {
        return new Member(name, shape, true);
    }

    /** Returns an object of these members. */
    static Shape object(Member... members) {
        return new Members(List.of(members));
    }

    /** Returns a list of such items. */
    static Shape listOf(Shape item) {
        return new ListOf(item);
    }

    /** Returns one of these texts. */
    static Shape choice(String... values) {
        return new Choice(List.of(values));
    }
}
