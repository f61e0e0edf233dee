import ArgumentParser
import AutoencoderTraining
import Configuration
import Files
import Foundation
import TrainedAgents
import Worlds

/// What was meant by arguments that the parser does not take: by people who know the reference's
/// command line, and by those who mistype.
struct UsageAdvice {
  /// For standard error.
  let lines: [String]

  /// - Parameters:
  ///   - arguments: what stands behind `dreamer`.
  ///   - complaint: the parser's words.
  /// - Returns: nil where there is nothing better to say than the complaint.
  init?(_ arguments: [String], parserSaid complaint: String) {
    let first = arguments.first ?? ""
    var command = CommandWords.all.first { $0.name == first }
    if command == nil, first.utf8.first != UInt8(ascii: "-") {
      guard let line = Self.unknownCommand(first) else { return nil }
      lines = [line]
      return
    }
    if let group = command, !group.subcommands.isEmpty {
      let second = arguments.dropFirst().first ?? ""
      command = group.subcommands.first { $0.name == "\(first) \(second)" }
      guard command != nil else {
        guard let line = Self.unknownCommand(second, of: group) else { return nil }
        lines = [line]
        return
      }
    }
    let names = command?.names.count ?? 0
    let line = CommandLineWords(Array(arguments.dropFirst(names)))
    let reading = UsageReading(of: line, as: command ?? CommandWords.train)
    guard !reading.unknown.isEmpty else {
      guard let line = Self.stray(complaint, for: command ?? CommandWords.train) else { return nil }
      lines = [line]
      return
    }
    guard reading.unknown.contains(where: { $0.meaning != nil }) else { return nil }
    let complaints = reading.unknown.map { option, meaning in
      "Unknown option '\(option)'" + (meaning.map { ": \($0.explanation)" } ?? "")
    }
    lines =
      ["Error: " + complaints.joined(separator: "; ")]
      + (reading.corrected.map { ["Write:  \($0)"] } ?? [])
      + ["  See 'dreamer \((command ?? CommandWords.train).name) --help' for more information."]
  }

  /// What to say of a command that there is not; nil of one that there is, and of what is no word.
  ///
  /// - Parameter group: the command that it would be one of.
  static func unknownCommand(_ word: String, of group: CommandWords? = nil) -> String? {
    let names = (group?.subcommands ?? CommandWords.all).compactMap(\.names.last)
    guard !word.isEmpty, group == nil || !word.hasPrefix("-"), !names.contains(word) else {
      return nil
    }
    let synonyms = ["eval": "evaluate", "test": "evaluate", "run": "train", "list": "envs"]
    let meant =
      synonyms[word] ?? names.first { $0.hasPrefix(word) }
      ?? ConfigurationNames.nearest(to: word, among: names) ?? ""
    let path = (["dreamer"] + (group?.names ?? []) + [meant]).joined(separator: " ")
    return "Error: Unknown command '\(word)'. Did you mean '\(path)'? Commands: "
      + names.joined(separator: ", ")
  }

  /// A word that stands alone where none belongs.
  private static func stray(_ complaint: String, for command: CommandWords) -> String? {
    let start = "Unexpected argument '"
    guard complaint.hasPrefix(start) else { return nil }
    let word = String(complaint.dropFirst(start.count).dropLast())
    return meant(by: word, for: command).map { "Error: Unexpected argument '\(word)': \($0)" }
  }

  private static func meant(by word: String, for command: CommandWords) -> String? {
    let quoted = ForeignText.shellWord(word)
    if command.has("set"), word.utf8.contains(UInt8(ascii: "=")) {
      return "keys are set with --set \(quoted)"
    }
    if command.has("preset"), command.presets.contains(word) {
      return "presets: --preset \(quoted)"
    }
    // In a benchmark, --env is for one measurement alone.
    if command.has("env"), command.name != "bench", let id = EnvironmentRegistry.meant(by: word) {
      return "the environment: --env \(id)"
    }
    guard FileManager.default.fileExists(atPath: word) else { return nil }
    if command.has("dream") { return "a run to dream of: --dream \(ForeignText.shellPath(word))" }
    if command.has("logdir") { return "a run's folder: --logdir \(ForeignText.shellPath(word))" }
    return nil
  }
}

/// A command's name and the options that it has.
struct CommandWords: Sendable {
  /// Behind `dreamer`: one word, or those of a group and of a command in it.
  let names: [String]
  /// The commands of a group.
  let subcommands: [CommandWords]
  private let options: [String]

  var name: String { names.joined(separator: " ") }
  /// Whether it is about models of frames, and not about agents.
  private var isOfFrames: Bool { names.first == "vae" }
  /// What `--set` takes where such runs are trained, and `--preset`.
  var keys: [String] {
    isOfFrames ? FrameTrainingConfiguration.keys : TrainingConfiguration.keys
  }
  var presets: [String] {
    isOfFrames ? FrameTrainingConfiguration.presetNames : TrainingConfiguration.presetNames
  }
  /// What trains such runs.
  var trainer: String { isOfFrames ? "dreamer vae train" : "dreamer train" }
  /// Whether the reference's command line has something like it.
  var isOfReference: Bool { !isOfFrames }

  func has(_ option: String) -> Bool { options.contains(option) }

  /// In the order in which help lists them.
  static let all: [CommandWords] = Dreamer.configuration.subcommands.map { CommandWords($0) }

  /// What the reference's command line, which has no commands, is for.
  static let train = CommandWords(TrainCommand.self)

  /// Read from the command's help, so that none can be forgotten.
  private init(_ command: any ParsableCommand.Type, in group: [String] = []) {
    let names = group + [command.configuration.commandName ?? ""]
    self.names = names
    subcommands = command.configuration.subcommands.map { CommandWords($0, in: names) }
    let help = Dreamer.helpMessage(for: command)
    options = help.split(whereSeparator: \.isNewline)
      .filter { $0.drop { $0 == " " }.hasPrefix("-") }
      .flatMap { $0.split { " ,/".contains($0) } }
      .filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2)) }
  }

  /// The option that a misspelt one most likely means; nil where none is near.
  func nearest(to option: String) -> String? {
    guard let nearest = ConfigurationNames.nearest(to: option, among: options) else { return nil }
    // Two edits exchange neighbours.
    let isNear =
      ConfigurationNames.editDistance(option, nearest) <= (option.count < 4 ? 1 : 2)
      || nearest.hasPrefix(option)
    return isNear ? nearest : nil
  }
}

/// Arguments as words, options with the values that follow them.
struct CommandLineWords {
  struct Word {
    /// Without its dashes; nil for values that stand before any option.
    let option: String?
    let values: [String]
    /// As they were written.
    let arguments: [String]
  }

  let words: [Word]

  init(_ arguments: [String]) {
    var words: [Word] = []
    var rest = arguments[...]
    while let argument = rest.first, argument != "--" {
      rest = rest.dropFirst()
      let values = rest.prefix { !$0.hasPrefix("--") }
      rest = rest.dropFirst(values.count)
      guard argument.hasPrefix("--") else {
        words.append(Word(option: nil, values: [], arguments: [argument] + values))
        continue
      }
      let parts = argument.dropFirst(2).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      words.append(
        Word(
          option: parts.first.map(String.init) ?? "",
          values: parts.dropFirst().map(String.init) + values, arguments: [argument] + values))
    }
    self.words = words
  }
}
