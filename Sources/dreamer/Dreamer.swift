import ArgumentParser

@main
struct Dreamer: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "A world-model agent.", subcommands: [VerifyCommand.self, TrainCommand.self, EvaluateCommand.self])
}
