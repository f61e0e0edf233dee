import Configuration
import Files
import Foundation
import Probes

/// Runs on one page: an HTML file that needs nothing besides itself.
///
/// The same folders give the same bytes on the same machine.
package struct Report {
  private let groups: [RunGroup]
  private let plan: ProbePlan
  private let commit: String

  /// What a report may leave out.
  package enum Depth: Sendable {
    /// Loads the newest checkpoint of each group's first run and looks at its agent.
    case agents
    /// Shows what the files tell.
    case files
  }

  private let depth: Depth

  /// - Parameters:
  ///   - paths: run folders, or checkpoints in them; those that differ in the seed alone belong
  ///     together. At least one.
  ///   - plan: the episodes that agents are probed on.
  ///   - commit: what this program is built from.
  /// - Throws: `FileError`, also where a run is named twice, which would count as two seeds;
  ///   `ConfigurationError`.
  package init(
    paths: [String], depth: Depth = .agents, plan: ProbePlan = ProbePlan(), commit: String
  ) throws {
    precondition(!paths.isEmpty, "a report on no run")
    let runs = try paths.map { try RunRecord(path: $0) }
    try Self.checkDifferent(runs)
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
    /// Why agents were not looked at.
    package let problems: [String]
    /// The names of runs that have recorded nothing yet.
    package let emptyRuns: [String]
  }

  /// Makes the page.
  ///
  /// - Parameter progress: is called with what is being done.
  package func make(progress: (String) -> Void = { _ in }) -> Result {
    var (studies, names, problems) = ([AgentStudy](), [String](), [String]())
    for group in groups {
      switch study(group, progress) {
      case .success(let study):
        studies.append(study)
        names.append(group.name)
      case .failure(let absence):
        problems.append(groups.count > 1 ? "\(group.name): \(absence.reason)" : absence.reason)
      }
    }
    return Result(
      html: Page(title: title, sections: sections(studies, names, problems)).html,
      probes: zip(studies, names).compactMap { study, name in study.probes.map { (name, $0) } },
      problems: problems,
      emptyRuns: groups.flatMap(\.runs).filter(\.isEmpty).map(\.name))
  }

  /// Why there is no study.
  private struct Absence: Error { let reason: String }

  /// Looks at the agent of the group's first run that has a checkpoint.
  private func study(
    _ group: RunGroup, _ progress: (String) -> Void
  ) -> Swift.Result<AgentStudy, Absence> {
    guard depth == .agents else {
      return .failure(Absence(reason: "No checkpoint was loaded, as was asked for."))
    }
    guard let run = group.runs.first(where: { $0.checkpoint != nil }),
      let checkpoint = run.checkpoint
    else {
      return .failure(
        Absence(reason: "There is no complete checkpoint yet, so there is no agent to look at."))
    }
    progress("looking at the agent of \(run.name), step \(checkpoint.step)")
    return Swift.Result { try AgentStudy(run, plan) }
      .mapError { Absence(reason: "The agent cannot be looked at: \($0).") }
  }

  private func sections(
    _ studies: [AgentStudy], _ names: [String], _ problems: [String]
  ) -> [PageSection] {
    let metrics = MetricSections(groups: groups)
    let pictures = PictureSections(groups: groups, studies: studies, names: names)
    let configuration = ConfigurationSection(groups: groups, commit: commit)
    let absence =
      problems.isEmpty
      ? nil
      : PageSection(
        id: "agent", title: studies.isEmpty ? "The agent" : "Agents that are missing",
        body: problems.map(HTML.missing).joined()
          + HTML.note(
            "Probes, the map of the latents and traversals need an agent; the rest does not."))
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

  private var title: String {
    let tasks = groups.map(\.configuration.task)
    let runs = groups.flatMap(\.runs)
    if runs.count == 1 { return "\(tasks[0]): \(runs[0].name)" }
    return Set(tasks).count == 1 ? "\(tasks[0]): \(runs.count) runs" : "\(runs.count) runs"
  }
}
