/// Sections on what was found with the models of several groups.
protocol FrameStudySections {
  var studies: [FrameStudy] { get }
  var names: [String] { get }
  /// Whether several groups are compared, so that each needs its name.
  var isComparison: Bool { get }
}

extension FrameStudySections {
  /// A part for each study that has one; nil where none has.
  func section(
    _ id: String, _ title: String, note: String, _ part: (FrameStudy) -> String?
  ) -> PageSection? {
    let parts = zip(studies, names).compactMap { study, name in
      part(study).map { (isComparison ? "<h3>\(HTML.escaped(name))</h3>" : "") + $0 }
    }
    return parts.isEmpty
      ? nil : PageSection(id: id, title: title, body: HTML.note(note) + parts.joined())
  }
}
