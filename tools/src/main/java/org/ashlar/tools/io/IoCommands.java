package org.ashlar.tools.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.spi.BlockException;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.io.IoCommand.BadArgument;
import org.ashlar.tools.io.IoCommand.Needs;
import org.ashlar.tools.text.Getopt.WrongOption;
import org.jspecify.annotations.Nullable;

/** The commands there are, and how a line becomes one. Stateless. */
final class IoCommands {

    private static final List<IoCommand> ALL = all();

    private IoCommands() {}

    private static List<IoCommand> all() {
        List<IoCommand> commands = new ArrayList<>();
        addRequests(commands);
        addBesides(commands);
        addSpace(commands);
        addFile(commands);
        addState(commands);
        commands.sort((one, other) -> one.name().compareTo(other.name()));
        return List.copyOf(commands);
    }

    private static void addRequests(List<IoCommand> commands) {
        commands.add(
                new IoCommand(
                        "read",
                        "r",
                        2,
                        -1,
                        Needs.IMAGE,
                        "[-abCqv] [-P pattern [-s off] [-l len]] off len",
                        "reads a number of bytes at a specified offset",
                        ReadCommands::read));
        commands.add(
                new IoCommand(
                        "readv",
                        "",
                        2,
                        -1,
                        Needs.IMAGE,
                        "[-Cqv] [-P pattern] off len [len..]",
                        "reads a number of bytes at a specified offset",
                        ReadCommands::readVector));
        commands.add(
                new IoCommand(
                        "write",
                        "w",
                        2,
                        -1,
                        Needs.WRITABLE_IMAGE,
                        "[-bcCfnquz] [-P pattern | -s source_file] off len",
                        "writes a number of bytes at a specified offset",
                        WriteCommands::write));
        commands.add(
                new IoCommand(
                        "writev",
                        "",
                        2,
                        -1,
                        Needs.WRITABLE_IMAGE,
                        "[-Cfq] [-P pattern] off len [len..]",
                        "writes a number of bytes at a specified offset",
                        WriteCommands::writeVector));
    }

    private static void addBesides(List<IoCommand> commands) {
        commands.add(
                new IoCommand(
                        "aio_read",
                        "",
                        2,
                        -1,
                        Needs.IMAGE,
                        "[-Ciqv] [-P pattern] off len [len..]",
                        "asynchronously reads a number of bytes",
                        ReadCommands::readBeside));
        commands.add(
                new IoCommand(
                        "aio_write",
                        "",
                        2,
                        -1,
                        Needs.WRITABLE_IMAGE,
                        "[-Cfiquz] [-P pattern] off len [len..]",
                        "asynchronously writes a number of bytes",
                        WriteCommands::writeBeside));
        commands.add(
                new IoCommand(
                        "aio_flush",
                        "",
                        0,
                        0,
                        Needs.IMAGE,
                        "",
                        "completes all outstanding aio requests",
                        FileCommands::flushBeside));
    }

    private static void addSpace(List<IoCommand> commands) {
        commands.add(
                new IoCommand(
                        "alloc",
                        "a",
                        1,
                        2,
                        Needs.IMAGE,
                        "offset [count]",
                        "checks if offset is allocated in the file",
                        SpaceCommands::alloc));
        commands.add(
                new IoCommand(
                        "discard",
                        "d",
                        2,
                        -1,
                        Needs.WRITABLE_IMAGE,
                        "[-Cq] off len",
                        "discards a number of bytes at a specified offset",
                        SpaceCommands::discard));
        commands.add(
                new IoCommand(
                        "length",
                        "l",
                        0,
                        0,
                        Needs.IMAGE,
                        "",
                        "gets the length of the current file",
                        SpaceCommands::length));
        commands.add(
                new IoCommand(
                        "map",
                        "",
                        0,
                        0,
                        Needs.IMAGE,
                        "",
                        "prints the allocated areas of a file",
                        SpaceCommands::map));
        commands.add(
                new IoCommand(
                        "truncate",
                        "t",
                        1,
                        3,
                        Needs.WRITABLE_IMAGE,
                        "[-m prealloc_mode] off",
                        "truncates the current file at the given offset",
                        SpaceCommands::truncate));
    }

    private static void addFile(List<IoCommand> commands) {
        commands.add(
                new IoCommand(
                        "close",
                        "c",
                        0,
                        0,
                        Needs.IMAGE,
                        "",
                        "close the current open file",
                        FileCommands::close));
        commands.add(
                new IoCommand(
                        "flush",
                        "f",
                        0,
                        0,
                        Needs.IMAGE,
                        "",
                        "flush all in-core file state to disk",
                        FileCommands::flush));
        commands.add(
                new IoCommand(
                        "help",
                        "?",
                        0,
                        1,
                        Needs.NOTHING,
                        "[command]",
                        "help for one or all commands",
                        IoCommands::help));
    }

    private static void addState(List<IoCommand> commands) {
        commands.add(
                new IoCommand(
                        "info",
                        "i",
                        0,
                        0,
                        Needs.IMAGE,
                        "",
                        "prints information about the current file",
                        FileCommands::info));
        commands.add(
                new IoCommand(
                        "open",
                        "o",
                        1,
                        -1,
                        Needs.NOTHING,
                        "[-rsCnkU] [-t cache] [-d discard] [-o options] [path]",
                        "open the file specified by path",
                        FileCommands::open));
        commands.add(
                new IoCommand(
                        "quit",
                        "q",
                        0,
                        -1,
                        Needs.NOTHING,
                        "",
                        "exit the program",
                        FileCommands::quit));
        commands.add(
                new IoCommand(
                        "reopen",
                        "",
                        0,
                        -1,
                        Needs.IMAGE,
                        "[(-r|-w)] [-c cache] [-o options]",
                        "reopens an image with new options",
                        ReopenCommand::run));
        commands.add(
                new IoCommand(
                        "sleep",
                        "",
                        1,
                        1,
                        Needs.NOTHING,
                        "",
                        "waits for the given value in milliseconds",
                        FileCommands::sleep));
    }

    private static @Nullable IoCommand find(String name) {
        for (IoCommand command : ALL) {
            if (command.name().equals(name) || (command.alias().equals(name) && !name.isEmpty())) {
                return command;
            }
        }
        return null;
    }

    /** Carries out a line; returns whether it went well. */
    static boolean run(IoSession session, String line) {
        List<String> words = new ArrayList<>();
        for (String word : line.split(" ", -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words.isEmpty() || run(session, words.getFirst(), words.subList(1, words.size()));
    }

    private static boolean run(IoSession session, String name, List<String> args) {
        Terminal terminal = session.terminal();
        IoCommand command = find(name);
        if (command == null) {
            terminal.err().print("command \"" + name + "\" not found\n");
            return false;
        }
        if (command.needs() != Needs.NOTHING && !session.isOpen()) {
            terminal.err().print("no file open, try 'help open'\n");
            return false;
        }
        String wrongCount = command.countError(name, args.size());
        if (!wrongCount.isEmpty()) {
            terminal.err().print(wrongCount + "\n");
            return false;
        }
        if (command.needs() == Needs.WRITABLE_IMAGE && !session.disk().isWritable()) {
            terminal.error("Block node is read-only");
            return false;
        }
        return run(session, command, args);
    }

    private static boolean run(IoSession session, IoCommand command, List<String> args) {
        Terminal terminal = session.terminal();
        try {
            return command.body().run(session, args);
        } catch (WrongOption wrong) {
            terminal.err().print(command.name() + ": " + wrong.getMessage() + "\n");
            return misuse(session, command.name());
        } catch (BadArgument bad) {
            (bad.isError() ? terminal.err() : terminal.out()).print(bad.getMessage() + "\n");
        } catch (BlockException failed) {
            terminal.error(String.valueOf(failed.getMessage()));
        } catch (IOException failed) {
            terminal.error("Input/output error: " + failed.getMessage());
        }
        return false;
    }

    /** Prints how a command is used; returns false. */
    static boolean misuse(IoSession session, String name) {
        IoCommand command = find(name);
        if (command != null) {
            session.print(command.usage() + "\n");
        }
        return false;
    }

    private static boolean help(IoSession session, List<String> args) throws BadArgument {
        if (args.isEmpty()) {
            for (IoCommand command : ALL) {
                session.print(command.usage() + "\n");
            }
            session.print("\nUse 'help commandname' for extended help.\n");
            return true;
        }
        IoCommand command = find(args.getFirst());
        if (command == null) {
            throw new BadArgument("command " + args.getFirst() + " not found");
        }
        session.print(command.usage() + "\n" + IoHelp.of(command.name()));
        return true;
    }
}
