import Configuration
import Files
import TrainedAgents
import Worlds

/// What each unknown option of a command line means, and the line as it should be.
struct UsageReading {
  /// What was meant by an option.
  struct Meaning {
    /// A clause.
    let explanation: String
    /// What to write instead; nil where that is for the user to choose.
    let words: [String]?
  }

  private(set) var unknown: [(option: String, meaning: Meaning?)] = []
  /// Nil where something is for the user to choose.
  private(set) var corrected: String?
  private let command: CommandWords

  init(of line: CommandLineWords, as command: CommandWords) {
    self.command = command
    var words: [String]? = ["dreamer"] + command.names
    for word in line.words {
      guard let option = word.option, !command.has(option) else {
        words?.append(contentsOf: word.arguments)
        continue
      }
      let meaning = meaning(of: option, word.values)
      unknown.append(("--\(option)", meaning))
      if let replacement = meaning?.words {
        words?.append(contentsOf: replacement)
      } else {
        words = nil
      }
    }
    corrected = words.map { $0.map { ForeignText.shellWord($0) }.joined(separator: " ") }
  }

  private func meaning(of option: String, _ values: [String]) -> Meaning? {
    byName(option, values) ?? asKey(option, values) ?? ofAnotherCommand(option)
      ?? command.nearest(to: option).map {
        Meaning(explanation: "did you mean --\($0)?", words: ["--\($0)"] + values)
      }
  }

  // MARK: names of the reference's, and of others

  private func byName(_ option: String, _ values: [String]) -> Meaning? {
    switch option {
    case "configs", "presets": command.has("preset") ? presets(values) : nil
    case "task", "environment", "env-id", "env_id", "env-name", "env_name", "game", "world":
      environment(values)
    case "script": script(values.first ?? "")
    case "logdir" where !command.has("logdir"), "run", "checkpoint", "ckpt", "load", "model",
      "from_checkpoint", "from-checkpoint", "run.from_checkpoint":
      checkpoint(values)
    case "outdir", "output", "output-dir", "output_dir", "log-dir", "log_dir", "savedir":
      command.has("logdir")
        ? renamed("the run's folder", "logdir", values)
        : command.has("out") ? renamed("the file", "out", values) : nil
    case "device", "gpu", "cuda", "platform":
      Meaning(explanation: "all is computed on the CPU: leave it out", words: [])
    default: nil
    }
  }

  private func renamed(_ title: String, _ option: String, _ values: [String]) -> Meaning {
    let words = ["--\(option)"] + values
    return Meaning(
      explanation: "\(title): \(Self.text(words))", words: values.isEmpty ? nil : words)
  }

  private func presets(_ values: [String]) -> Meaning {
    let known = values.filter(command.presets.contains)
    let others = values.filter { !known.contains($0) && $0 != "defaults" }
    guard !known.isEmpty || !others.isEmpty else {
      return Meaning(explanation: "presets: --preset, one of \(allPresets)", words: nil)
    }
    let strange =
      others.isEmpty
      ? ""
      : " (no preset is called \(others.joined(separator: ", ")): there are \(allPresets))"
    let words = known.isEmpty ? [] : ["--preset"] + known
    return Meaning(
      explanation: "presets: " + Self.text(known.isEmpty ? ["--preset"] : words) + strange,
      words: words)
  }

  private var allPresets: String { command.presets.joined(separator: ", ") }

  private func environment(_ values: [String]) -> Meaning? {
    guard command.has("env") else { return nil }
    guard let id = values.first else {
      return Meaning(explanation: "the environment: --env", words: nil)
    }
    guard let meant = EnvironmentRegistry.meant(by: id) else {
      return Meaning(
        explanation: "the environment: --env; \(UnknownEnvironment(id: id))", words: nil)
    }
    return renamed("the environment", "env", [meant])
  }

  private func script(_ name: String) -> Meaning? {
    switch name {
    case "train" where command.name == "train":
      Meaning(explanation: "it is the command: dreamer train", words: [])
    case "eval_only":
      Meaning(explanation: "it is a command: dreamer evaluate RUN", words: nil)
    case "train_eval":
      Meaning(
        explanation: "dreamer train evaluates with --set run.eval_every=10000",
        words: ["--set", "run.eval_every=10000"])
    case "":
      Meaning(explanation: "scripts are commands: dreamer train, dreamer evaluate", words: nil)
    default:
      Meaning(
        explanation: "there is no \(name); scripts are commands: dreamer train, dreamer evaluate",
        words: nil)
    }
  }

  private func checkpoint(_ values: [String]) -> Meaning? {
    if command.has("from") { return renamed("a checkpoint to begin with", "from", values) }
    if command.has("dream") { return renamed("a run to dream of", "dream", values) }
    guard !["envs", "bench"].contains(command.name) else { return nil }
    return Meaning(
      explanation: "the run stands by itself: dreamer \(command.name) \(Self.text(values))",
      words: values.isEmpty ? nil : values)
  }

  // MARK: keys of the configuration

  private func asKey(_ option: String, _ values: [String]) -> Meaning? {
    let name = String(String.UnicodeScalarView(option.unicodeScalars.map { $0 == "-" ? "_" : $0 }))
    let keys = command.keys
    if keys.contains(name) { return setting(name, values) }
    if command.isOfReference, let advice = ReferenceKeys.advice(for: name) {
      return Meaning(explanation: advice, words: [])
    }
    let inGroups = keys.filter { $0.hasSuffix(".\(name)") }
    switch inGroups.count {
    case 1: return setting(inGroups[0], values)
    case 2...:
      return Meaning(
        explanation: "keys are set with --set, and several are called so: "
          + inGroups.prefix(4).joined(separator: ", ") + (inGroups.count > 4 ? ", …" : ""),
        words: nil)
    default: break
    }
    guard name.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") }),
      let nearest = ConfigurationNames.nearest(to: name, among: keys)
    else { return nil }
    return Meaning(
      explanation: "keys are set with --set; there is no \(name), the nearest is "
        + Self.text(["--set", "\(nearest)=\(Self.value(values))"]), words: nil)
  }

  /// `--set run.steps=100`
  private func setting(_ key: String, _ values: [String]) -> Meaning {
    let value = Self.value(values)
    let words = ["--set", "\(key)=\(value)"]
    guard command.has("set") else {
      return Meaning(
        explanation: "keys are set where a run is trained: \(command.trainer) \(Self.text(words))",
        words: [])
    }
    return Meaning(explanation: "keys are set with \(Self.text(words))", words: words)
  }

  /// What the reference's command line takes for a value: several words are a list, none is a yes.
  private static func value(_ values: [String]) -> String {
    switch values.count {
    case 0: "true"
    case 1: values[0]
    default: "[\(values.joined(separator: ", "))]"
    }
  }

  // MARK: other commands

  private func ofAnotherCommand(_ option: String) -> Meaning? {
    let own = CommandWords.all.first { $0.names == command.names.dropLast() }?.subcommands ?? []
    let names = (own + CommandWords.all).filter { $0.has(option) }.map { "dreamer \($0.name)" }
    guard !names.isEmpty else { return nil }
    return Meaning(explanation: "it goes with \(names.joined(separator: ", "))", words: nil)
  }

  private static func text(_ words: [String]) -> String {
    words.map { ForeignText.shellWord($0) }.joined(separator: " ")
  }
}
