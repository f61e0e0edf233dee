/// What a peer's file can hold, by its metadata's `case`.
enum PeerCases {
  typealias Comparison = @Sendable (PeerFile) throws -> [VerificationLine]

  private static let all: [(name: String, comparison: Comparison)] = [
    ("elbo", compared(EvidenceBoundCase.init)),
    ("fullcov", compared(FullCovarianceCase.init)),
    ("iwae", compared(ImportanceWeightingCase.init)),
    ("dmol", compared(LogisticMixtureCase.init)),
    ("dlogistic", compared(DiscretizedLogisticCase.init)),
    ("vq-loss", compared(CodebookLossCase.init)),
    ("vq-ema", compared(CodebookAveragesCase.init)),
    ("vq-sonnet", compared(SonnetCase.init)),
    ("vq-other", compared(OtherQuantizationCase.init)),
    ("kl-policy", compared(PolicyCase.init)),
    ("schedule", compared(ScheduleCase.init)),
    ("rssm-v1", compared(DreamerV1Case.init)),
    ("rssm-v2", compared(DreamerV2Case.init)),
    ("diagnostics", { try DiagnosticsComparison.verify($0.tensors, name: $0.name) }),
  ]

  private static func compared<Case: PeerCase>(
    _ make: @escaping @Sendable (PeerFile) throws -> Case
  ) -> Comparison {
    { file in
      var comparison = PeerComparison(file)
      try make(file).compare(&comparison)
      return comparison.lines
    }
  }

  /// - Throws: ``GoldenFileError`` for a case that nothing here computes.
  static func comparison(of name: String, file: String) throws -> Comparison {
    guard let known = all.first(where: { $0.name == name }) else {
      throw GoldenFileError(
        file: file, problem: "its metadata entry `case` is '\(name)'",
        remedy: "give a file of a case that is known here: "
          + all.map(\.name).joined(separator: ", "))
    }
    return known.comparison
  }
}

/// One kind of file: its sizes and settings, and what is computed from what it gives.
protocol PeerCase: Sendable {
  /// Compares all that such a file holds.
  ///
  /// - Throws: ``GoldenFileError`` where a tensor is missing or has another shape than the others ask for.
  func compare(_ comparison: inout PeerComparison) throws
}
