"""The part of the reference's config.yaml that is ours.

A file that their `elements.Config.save` wrote is read with a reader of its own, of the YAML that it
writes: groups by indentation, and within braces and brackets. Keys have the same names on both sides;
what is known of each stands below.
"""

import re

from refusal import Refusal


class NotTheirs(Exception):
    """A configuration that is not the reference's."""


# Groups that only the reference's configuration has.
THEIR_GROUPS = {"jax", "logger", "script", "replica", "clock_addr"}

# Keys of ours that mean there what they mean here.
WHOLE = {"seed"} | {
    f"{group}{key}" for group, keys in {
        "": "batch_size batch_length report_length consec_train consec_report replay_context",
        "run.": "steps envs eval_envs eval_eps report_batches",
        "replay.": "size chunksize",
        "agent.": "imag_last imag_length horizon slowvalue.every opt.warmup opt.anneal",
        "agent.dyn.rssm.": "deter hidden stoch classes imglayers obslayers dynlayers blocks",
        "agent.enc.simple.": "depth layers units kernel",
        "agent.dec.simple.": "depth layers units kernel bspace",
        "agent.rewhead.": "layers units bins",
        "agent.conhead.": "layers units bins",
        "agent.policy.": "layers units",
        "agent.value.": "layers units bins",
    }.items() for key in keys.split()
}
SAME = WHOLE | {
    f"{group}{key}" for group, keys in {
        "": "run.train_ratio",
        "replay.": "online fracs.uniform fracs.priority fracs.recency prio.exponent prio.maxfrac "
                   "prio.initial prio.zero_on_sample recexp",
        "agent.": "ac_grads contdisc reward_grad repval_loss repval_grad report report_gradnorms "
                  "imag_loss.slowtar imag_loss.lam imag_loss.actent imag_loss.slowreg "
                  "repl_loss.slowtar repl_loss.lam repl_loss.slowreg slowvalue.rate",
        "agent.loss_scales.": "rec rew con dyn rep policy value repval",
        "agent.opt.": "lr agc eps beta1 beta2 nesterov wd",
        "agent.dyn.rssm.": "winit unimix outscale absolute free_nats",
        "agent.enc.simple.": "winit mults symlog outer strided",
        "agent.dec.simple.": "winit mults outer strided outscale",
        "agent.rewhead.": "winit outscale",
        "agent.conhead.": "winit outscale",
        "agent.policy.": "winit minstd maxstd outscale unimix",
        "agent.value.": "winit outscale",
        "agent.retnorm.": "rate limit perclo perchi debias",
        "agent.valnorm.": "rate limit perclo perchi debias",
        "agent.advnorm.": "rate limit perclo perchi debias",
    }.items() for key in keys.split()
}

# Keys with the values that are ours.
ACTIVATIONS = {
    "none", "silu", "relu", "gelu", "elu", "tanh", "sigmoid", "softplus", "mish", "relu2"}
CHOICES = {
    "agent.opt.schedule": {"const", "linear", "cosine"},
    "agent.dyn.typ": {"rssm"}, "agent.enc.typ": {"simple"}, "agent.dec.typ": {"simple"},
    "agent.rewhead.output": {"symexp_twohot"}, "agent.conhead.output": {"binary"},
    "agent.value.output": {"symexp_twohot"},
    "agent.policy_dist_disc": {"categorical"}, "agent.policy_dist_cont": {"bounded_normal"},
    **{f"agent.{norm}.impl": {"none", "meanstd", "perc"} for norm in ("retnorm", "valnorm", "advnorm")},
    **{
        f"agent.{part}.{key}": values
        for part in ("dyn.rssm", "enc.simple", "dec.simple", "rewhead", "conhead", "policy", "value")
        for key, values in (("act", ACTIVATIONS), ("norm", {"none", "rms", "layer"}))
    },
}

# What the reference's code takes for a key that its file lacks, where ours takes something else.
THEIR_DEFAULTS = {"agent.retnorm.debias": True, "agent.retnorm.limit": 1e-8}

# Schedules: there in seconds, here in steps.
CLOCKS = {"run.log_every", "run.report_every", "run.save_every"}

# Values with which a key asks for nothing that ours does not do.
HARMLESS = {
    "jax.compute_dtype": "float32", "replay.priosignal": "model", "agent.opt.wdregex": "/kernel$",
    "random_agent": False, "run.from_checkpoint": "",
}


def to_ours_configuration(text, task=None):
    """The lines of our config.yaml, and notes of what is not in them.

    Raises NotTheirs where the text is no configuration of the reference, and Refusal where it is one
    that cannot be read."""
    theirs = flat(read(text))
    written, unheard, elsewhere, notes = {}, [], [], []
    for key, value in theirs.items():
        if key in ("agent.opt.momentum", "task"):
            continue
        if key in SAME or value in CHOICES.get(key, ()):
            written[key] = whole(key, value) if key in WHOLE else value
        elif key in HARMLESS:
            if value != HARMLESS[key]:
                unheard.append(f"{key}: {text_of(value)}")
        elif key in CLOCKS:
            notes.append(f"{key} left out: it is seconds there and steps here")
        elif key.startswith("agent."):
            unheard.append(f"{key}: {text_of(value)}")
        else:
            elsewhere.append(key)
    for key, value in THEIR_DEFAULTS.items():
        written.setdefault(key, value)
    if theirs.get("agent.opt.momentum") is False:
        notes.append("agent.opt.momentum: false does nothing there, so it is true here")
    if task:
        written["task"] = task
    else:
        notes.append(
            f"task: {text_of(theirs.get('task', 'none'))} is none of our worlds; give one with --task, "
            "or write it into config.yaml, to evaluate the agent")
    if unheard:
        notes.append("cannot be honoured here: " + ", ".join(unheard))
    if elsewhere:
        groups = sorted({key.split(".")[0] for key in elsewhere})
        notes.append(
            f"left out, for it is of their program alone: {len(elsewhere)} keys of {', '.join(groups)}")
    return [f"{key}: {text_of(value)}" for key, value in written.items()], notes


def whole(key, value):
    """A number that ours wants whole; theirs may be written as 5e6."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
        raise Refusal(f"{key} is {text_of(value)} and is to be a whole number")
    return int(value)


def text_of(value):
    """A value in YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(map(text_of, value)) + "]"
    if isinstance(value, float):
        # With a point, or readers of YAML 1.1 take 1e-08 for a text.
        return re.sub(r"^(-?\d+)e", r"\1.0e", repr(value))
    return str(value) if value != "" else '""'


def flat(groups, prefix=""):
    """Values by their dotted keys."""
    found = {}
    for key, value in groups.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found


# Their YAML


def read(text):
    """The groups of a file of the reference."""
    # The top-level keys tell whose it is, and need no reader.
    if not THEIR_GROUPS & set(re.findall(r"^([A-Za-z_]+):", text, re.MULTILINE)):
        raise NotTheirs()
    try:
        lines = logical_lines(text)
        groups, rest = block(lines, 0, 0)
        if rest < len(lines):
            raise ValueError(f"line {lines[rest][2]} is not understood")
        return groups
    except (IndexError, RecursionError):
        raise Refusal("is not as the reference writes it (brackets are left open); copy it again") from None
    except ValueError as error:
        raise Refusal(f"is not as the reference writes it ({error}); copy it again") from None


def logical_lines(text):
    """Indentation, content and number of each line, those within brackets joined."""
    lines, open_brackets = [], 0
    for number, line in enumerate(text.splitlines(), 1):
        content, depth = plain(line)
        if not content.strip() or content.startswith(("---", "%")):
            continue
        if open_brackets:
            lines[-1][1] += " " + content.strip()
        else:
            lines.append([len(content) - len(content.lstrip()), content.strip(), number])
        open_brackets += depth
    return lines


def plain(line):
    """A line without its comment, and how many brackets it leaves open."""
    quote, depth = None, 0
    for place, character in enumerate(line):
        if quote:
            quote = None if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and (place == 0 or line[place - 1].isspace()):
            return line[:place].rstrip(), depth
        else:
            depth += (character in "{[") - (character in "}]")
    return line.rstrip(), depth


def block(lines, index, indent):
    """The mapping, or the list, that begins at a line; and the line after it."""
    if lines[index][1].startswith("- "):
        items = []
        while index < len(lines) and lines[index][0] == indent and lines[index][1].startswith("- "):
            items.append(value_of(lines[index][1][2:].strip()))
            index += 1
        return items, index
    found = {}
    while index < len(lines) and lines[index][0] == indent:
        _, content, number = lines[index]
        name, colon, rest = content.partition(":")
        if not colon or (rest and not rest.startswith(" ")):
            raise ValueError(f"line {number} is no key with a value")
        name, rest, index = scalar(name.strip()), rest.strip(), index + 1
        if name in found:
            raise ValueError(f"line {number} repeats {name}")
        nested = index < len(lines) and (
            lines[index][0] > indent or lines[index][0] == indent and lines[index][1].startswith("- "))
        if rest or not nested:
            found[name] = value_of(rest)
        else:
            found[name], index = block(lines, index, lines[index][0])
    return found, index


def value_of(text):
    """The value after a key."""
    if text.startswith(("{", "[")):
        value, end = flow(text, 0)
        if text[end:].strip():
            raise ValueError(f"{text[end:].strip()!r} follows a bracket")
        return value
    return scalar(text)


def flow(text, place):
    """What begins with a bracket, and the place after it."""
    is_group, close = text[place] == "{", "}" if text[place] == "{" else "]"
    groups, items, place = {}, [], place + 1
    while True:
        while text[place] in " ,":
            place += 1
        if text[place] == close:
            return (groups if is_group else items), place + 1
        if is_group:
            colon = text.index(":", place)
            name, place = str(scalar(text[place:colon].strip())), colon + 1
            while text[place] == " ":
                place += 1
        if text[place] in "{[":
            value, place = flow(text, place)
        elif text[place] in "'\"":
            end = text.index(text[place], place + 1) + 1
            value, place = scalar(text[place:end]), end
        else:
            end = place
            while text[end] not in ",]}":
                end += 1
            value, place = scalar(text[place:end].strip()), end
        if is_group:
            groups[name] = value
        else:
            items.append(value)


def scalar(text):
    """What a text without brackets means."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1].replace("''", "'") if text[0] == "'" else text[1:-1]
    if text in ("true", "True", "false", "False"):
        return text.lower() == "true"
    if text in ("", "~", "null"):
        return ""
    if re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text):
        return float(text)
    if re.fullmatch(r"[-+]?\.?inf", text):
        return float("-inf") if text[0] == "-" else float("inf")
    return text
