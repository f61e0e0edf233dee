import AutoencoderTraining
import Configuration
import Files
import Foundation
import Probes

/// Runs on one page: an HTML file that needs nothing besides itself.
///
/// The same folders give the same bytes on the same machine.
package struct Report {
  private let groups: [RunGroup]
  /// What all runs are of.
  package let kind: RunKind
  private let plan: ProbePlan
  private let commit: String

  /// What a report may leave out.
  package enum Depth: Sendable {
    /// Loads the newest checkpoint of each group's first run and looks at its agent or model.
    case agents
    /// Shows what the files tell.
    case files
  }

  private let depth: Depth

  /// - Parameters:
  ///   - paths: run folders, or checkpoints in them; those that differ in the seed alone belong
  ///     together. At least one.
  ///   - plan: the episodes that agents are probed on; its seed is that of all draws.
  ///   - commit: what this program is built from.
  /// - Throws: `FileError`, also where a run is named twice, which would count as two seeds;
  ///   `ConfigurationError`; ``MixedRuns``.
  package init(
    paths: [String], depth: Depth = .agents, plan: ProbePlan = ProbePlan(), commit: String
  ) throws {
    precondition(!paths.isEmpty, "a report on no run")
    let runs = try paths.map { try RunRecord(path: $0) }
    try Self.checkDifferent(runs)
    kind = runs[0].kind
    if let other = runs.first(where: { [kind] in $0.kind != kind }) {
      throw MixedRuns(runs[0], other)
    }
    groups = RunGroup.groups(of: runs)
    (self.depth, self.plan, self.commit) = (depth, plan, commit)
  }

  private static func checkDifferent(_ runs: [RunRecord]) throws {
    // By bytes: names that look alike may be of two folders.
    var seen: Set<[UInt8]> = []
    for run in runs {
      let path = Array(run.folder.url.resolvingSymlinksInPath().path.utf8)
      guard seen.insert(path).inserted else {
        throw FileError(
          .exists, path: run.folder.url.path, what: "is named twice",
          remedy: "name each run once, by its folder or by one checkpoint")
      }
    }
  }

  /// A page, and what was found on the way.
  package struct Result: Sendable {
    package let html: String
    /// What probes read of the agents, by the names of their groups.
    package let probes: [(name: String, table: ProbeTable)]
    /// What is said of models of frames, by the names of their groups.
    package let diagnoses: [(name: String, sentences: [String])]
    /// Why agents were not looked at.
    package let problems: [String]
    /// The names of runs that have recorded nothing yet.
    package let emptyRuns: [String]
  }

  /// Makes the page.
  ///
  /// - Parameter progress: is called with what is being done.
  package func make(progress: (String) -> Void = { _ in }) -> Result {
    switch kind {
    case .agent:
      let found = studies(of: "agent", progress) { try AgentStudy($0, plan) }
      return result(
        found,
        lead:
          "A world model learned from pixels on a CPU, and the agent that learned in its imagination: "
          + "how it went, and what it knows.",
        sections(found.studies, found.names, found.problems),
        probes: zip(found.studies, found.names).compactMap { study, name in
          study.probes.map { (name, $0) }
        })
    case .frames:
      let found = studies(of: "model", progress) { try FrameStudy($0, seed: plan.seed) }
      return result(
        found,
        lead:
          "A model of single frames, learned from pixels on a CPU: how it went, what it makes of "
          + "frames, and what use it makes of its latents.",
        frameSections(found.studies, found.names, found.problems),
        diagnoses: zip(found.studies, found.names).compactMap { study, name in
          study.report.diagnosis.map { (name, $0.sentences) }
        })
    }
  }

  private func result<Study>(
    _ found: Found<Study>, lead: String, _ sections: [PageSection],
    probes: [(name: String, table: ProbeTable)] = [],
    diagnoses: [(name: String, sentences: [String])] = []
  ) -> Result {
    Result(
      html: Page(title: title, lead: lead, sections: sections).html, probes: probes,
      diagnoses: diagnoses, problems: found.problems,
      emptyRuns: groups.flatMap(\.runs).filter(\.isEmpty).map(\.name))
  }

  /// What looking at groups' agents or models gave.
  private struct Found<Study> {
    var studies: [Study] = []
    /// Of the groups that the studies are of.
    var names: [String] = []
    /// Why there are no others.
    var problems: [String] = []
  }

  private func studies<Study>(
    of noun: String, _ progress: (String) -> Void, _ make: (RunRecord) throws -> Study
  ) -> Found<Study> {
    var found = Found<Study>()
    for group in groups {
      switch study(group, noun, progress, make) {
      case .success(let study):
        found.studies.append(study)
        found.names.append(group.name)
      case .failure(let absence):
        found.problems.append(
          groups.count > 1 ? "\(group.name): \(absence.reason)" : absence.reason)
      }
    }
    return found
  }

  /// Why there is no study.
  private struct Absence: Error { let reason: String }

  /// Looks at what the group's first run that has a checkpoint has learned.
  private func study<Study>(
    _ group: RunGroup, _ noun: String, _ progress: (String) -> Void,
    _ make: (RunRecord) throws -> Study
  ) -> Swift.Result<Study, Absence> {
    guard depth == .agents else {
      return .failure(Absence(reason: "No checkpoint was loaded, as was asked for."))
    }
    guard let run = group.runs.first(where: { $0.checkpoint != nil }),
      let checkpoint = run.checkpoint
    else {
      return .failure(
        Absence(reason: "There is no complete checkpoint yet, so there is no \(noun) to look at."))
    }
    progress("looking at the \(noun) of \(run.name), step \(checkpoint.step)")
    return Swift.Result { try make(run) }
      .mapError { Absence(reason: "The \(noun) cannot be looked at: \($0).") }
  }

  private func sections(
    _ studies: [AgentStudy], _ names: [String], _ problems: [String]
  ) -> [PageSection] {
    let metrics = MetricSections(groups: groups)
    let pictures = PictureSections(groups: groups, studies: studies, names: names)
    let configuration = ConfigurationSection(groups: groups, commit: commit)
    let absence = absence(
      of: "agent", studies.isEmpty, problems,
      "Probes, the map of the latents and traversals need an agent; the rest does not.")
    return [
      SummarySection(groups: groups).section, LearningSection(groups: groups).section,
      pictures.imagination,
      OpenLoopSection(studies: studies, names: names, isComparison: groups.count > 1).section,
      ProbeSection(studies: studies, names: names, isComparison: groups.count > 1).section,
      pictures.maps,
      pictures.traversals, absence, metrics.losses, metrics.diagnostics,
      configuration.configuration, configuration.reproduction,
    ].compactMap { $0 }
  }

  private func frameSections(
    _ studies: [FrameStudy], _ names: [String], _ problems: [String]
  ) -> [PageSection] {
    let isComparison = groups.count > 1
    let pictures = FramePictureSections(
      studies: studies, names: names, isComparison: isComparison)
    let latents = LatentSections(studies: studies, names: names, isComparison: isComparison)
    let diagnosis = FrameDiagnosisSections(
      studies: studies, names: names, isComparison: isComparison)
    let configuration = ConfigurationSection(groups: groups, commit: commit)
    return [
      FrameSummarySection(groups: groups, studies: studies, names: names).section,
      FrameLearningSection(groups: groups).section, diagnosis.words, pictures.reconstructions,
      pictures.samples, RateDistortionSection(groups: groups).section, latents.usage,
      latents.maps, pictures.traversals, diagnosis.spectrum,
      absence(
        of: "model", studies.isEmpty, problems,
        "Pictures, the map, traversals and the diagnosis need a model; the rest does not."),
      MetricSections(groups: groups).diagnostics, configuration.configuration,
      configuration.reproduction,
    ].compactMap { $0 }
  }

  /// Why agents or models were not looked at; nil where all were.
  private func absence(
    of noun: String, _ isOfAll: Bool, _ problems: [String], _ note: String
  ) -> PageSection? {
    if problems.isEmpty { return nil }
    let missing = noun == "agent" ? "Agents that are missing" : "Models that are missing"
    return PageSection(
      id: noun, title: isOfAll ? "The \(noun)" : missing,
      body: problems.map(HTML.missing).joined() + HTML.note(note))
  }

  private var title: String {
    let tasks = groups.map(\.configuration.subject)
    let runs = groups.flatMap(\.runs)
    if runs.count == 1 { return "\(tasks[0]): \(runs[0].name)" }
    return Set(tasks).count == 1 ? "\(tasks[0]): \(runs.count) runs" : "\(runs.count) runs"
  }
}

/// Runs of two kinds, which no page compares.
package struct MixedRuns: Error, CustomStringConvertible {
  private let runs: [RunRecord]

  init(_ first: RunRecord, _ second: RunRecord) { runs = [first, second] }

  package var description: String {
    let words = runs.map {
      "\($0.name) is of \($0.kind == .agent ? "an agent" : "a model of frames")"
    }
    return
      "\(words.joined(separator: " and ")): one page cannot compare them; give each a page of its own"
  }
}
