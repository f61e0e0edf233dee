import NeuralNetworks

/// What is wrong with a golden file.
package struct GoldenFileError: Error, CustomStringConvertible, Equatable {
  package let file: String
  package let problem: String
  package let remedy: String

  /// A remedy: the file cannot be as it was written.
  package static let copyAgain = "it is damaged: copy it again"

  package init(file: String, problem: String, remedy: String) {
    (self.file, self.problem, self.remedy) = (file, problem, remedy)
  }

  package var description: String { "\(file): \(problem); \(remedy)" }
}

extension SafeTensors {
  /// - Throws: ``GoldenFileError`` where there is none.
  package func entry(_ key: String, of file: String) throws -> Entry {
    guard let entry = self[key] else {
      throw GoldenFileError(
        file: file, problem: "there is no tensor \(key)",
        remedy: "give a file as the golden README describes it")
    }
    return entry
  }

  /// - Throws: ``GoldenFileError`` for the first tensor with a number that is not finite.
  package func checkFinite(file: String) throws {
    guard let bad = names.first(where: { self[$0]?.isFinite == false }) else { return }
    throw GoldenFileError(
      file: file, problem: "\(bad) has numbers that are not finite",
      remedy: GoldenFileError.copyAgain)
  }
}
