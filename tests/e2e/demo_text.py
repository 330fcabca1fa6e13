"""How ./demo speaks: what happens in words, what was printed indented."""


def say(text):
    print(f"\n{text}")


def show(text):
    print("".join(f"    {line}\n" for line in text.strip().splitlines()), end="")


def show_log(lines):
    show("\n".join(line.split(">", 1)[1] for line in lines))     # without the priority


def logged_in(login, log):
    """The login went through, and because the program said so."""
    return (login.stdout == "Hello from alice\n"
            and any("decision=allow" in line for line in log))


def show_failure(sshd):
    say("This is not as it should be. What sshd said:")
    show(sshd.log())
    return False
