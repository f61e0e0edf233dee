import Foundation
import Statistics
import TestSupport
import Testing

/// What the peers' code measures of one set of representations: the file `diagnostics`.
@Suite("Measures against the peers' code")
struct DiagnosticsGoldenTests {
  let file: GoldenTensors

  init() throws { file = try GoldenTensors("diagnostics") }

  private func expect(
    _ values: [Double], _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = file.error(values.map { Float($0) }, name)
    #expect(error <= 1, "\(name)", sourceLocation: sourceLocation)
  }

  private func integers(_ name: String) -> [Int] { file[name].map { Int($0) } }

  private func points(_ name: String) throws -> Points {
    try Points(file[name], dimensions: file.shape(name)[1], name: name)
  }

  private func factors() throws -> Factors {
    let count = file.shape("in/factors")[1]
    return try Factors(integers("in/factors"), names: (0..<count).map { "factor \($0)" })
  }

  private func posteriors() throws -> Gaussians {
    try Gaussians(
      means: file["in/mu"], deviations: file["in/log_var"].map { exp($0 / 2) },
      dimensions: file.shape("in/mu")[1])
  }

  @Test("KL divergences, active units and mutual information are the peers'")
  func collapse() throws {
    let posteriors = try posteriors()
    let information = try MutualInformation(posteriors, noise: file["in/noise/z"])
    let report = try PosteriorCollapse(posteriors, mutualInformation: information)
    let rate = posteriors.divergenceFromStandardNormal
    expect(report.divergences, "out/kl_per_dim")
    expect([rate], "out/kl")
    expect(report.meanVariances, "out/unit_variance")
    #expect([report.activeUnits] == integers("out/active_units"))
    expect([information.estimate.value], "out/mutual_information_xz")
    expect([try #require(report.aggregateDivergence(rate: rate))], "out/aggregate_kl")
    #expect(
      report.rateSentence(rate: rate) == "of 9.17 nats 3.60 tell the inputs apart; "
        + "5.58 are the aggregate posterior's distance from the prior")
    #expect(information.sentence == "mutual information 3.60 nats, of at most log 300 = 5.70")
  }

  @Test("the same posteriors as full covariances have the same divergence and information")
  func fullCovariances() throws {
    let size = file.shape("in/mu")[1]
    let lower = file["in/log_var"].enumerated().flatMap { index, value in
      // What is above the diagonal is not read.
      (0..<size).map { $0 < index % size ? 0 : $0 == index % size ? exp(value / 2) : 9 }
    }
    let posteriors = try Gaussians(means: file["in/mu"], lower: lower, dimensions: size)
    expect(posteriors.divergencesFromStandardNormal, "out/kl_per_dim")
    expect([posteriors.divergenceFromStandardNormal], "out/kl")
    let information = try MutualInformation(posteriors, noise: file["in/noise/z"])
    expect([information.estimate.value], "out/mutual_information_xz")
  }

  @Test("perplexity and used codes are the peers'")
  func codes() throws {
    let codes = integers("in/indices")
    var usage = CodeUsage(codes: 16)
    try usage.add(codes)
    expect([usage.perplexity], "out/perplexity")
    #expect([usage.used] == integers("out/used_codes"))
  }

  @Test("the Fréchet distance is the peers'")
  func distance() throws {
    let distance = try FrechetDistance(points("in/features1"), points("in/features2"))
    expect([distance.value], "out/frechet")
    #expect(distance.samples == [120, 90] && distance.dimensions == 5)
  }

  @Test("bins, mutual information and its gap are the peers'")
  func gap() throws {
    let latents = try points("in/latents")
    #expect(binned(latents, bins: 20) == integers("out/bin"))
    let gap = MutualInformationGap(latents, try factors())
    expect(gap.information.flatMap { $0 }, "out/mutual_information")
    expect(gap.factorEntropies, "out/factor_entropy")
    expect([try #require(gap.value)], "out/mig")
  }

  @Test("disentanglement and completeness of given importances are the peers'")
  func disentanglement() throws {
    let scores = try Disentanglement(importance: matrix("in/importance"))
    expect(scores.perLatent, "out/dci/per_code")
    expect(scores.perFactor, "out/dci/per_factor")
    expect([scores.disentanglement], "out/dci/disentanglement")
    expect([scores.completeness], "out/dci/completeness")
  }

  private func matrix(_ name: String) -> [[Double]] {
    let (values, columns) = (file[name].map(Double.init), file.shape(name)[1])
    return stride(from: 0, to: values.count, by: columns).map {
      Array(values[$0..<$0 + columns])
    }
  }

  /// scikit-learn looks at the features in an order that it draws, so that equally good splits differ.
  @Test("boosted trees find the importances that scikit-learn's find")
  func boosted() throws {
    let prediction = try FactorPrediction(points("in/latents"), factors())
    let scores = try Disentanglement(importance: prediction.importance)
    let theirs = matrix("out/dci/boosted_importance")
    for (ours, theirs) in zip(prediction.importance.joined(), theirs.joined()) {
      #expect(abs(ours - theirs) < 0.015)
    }
    let found = [scores.disentanglement, scores.completeness, prediction.informativeness]
    for (ours, theirs) in zip(found, file["out/dci/boosted"]) {
      #expect(abs(ours - Double(theirs)) < 0.015)
    }
  }
}
