import Foundation
import Kernels

/// What was run, on what, and how to run it again.
package struct ConfigurationSection {
  let groups: [RunGroup]
  /// What this program is built from.
  let commit: String

  var configuration: PageSection {
    let parts = groups.map { group -> String in
      let rows = group.configuration.differencesFromDefaults.map { difference in
        [difference.key, difference.value, difference.defaultValue].map { value in
          HTML.escaped(value)
        }
      }
      return (groups.count > 1 ? "<h3>\(HTML.escaped(group.name))</h3>" : "")
        + HTML.table(
          "What differs from the defaults", head: ["Key", "Value", "Default"], rows: rows,
          class: "keys")
        + HTML.folded(
          "The whole configuration",
          "<pre tabindex=\"0\">\(HTML.escaped(group.configuration.yaml()))</pre>")
    }
    return PageSection(id: "configuration", title: "Configuration", body: parts.joined())
  }

  var reproduction: PageSection {
    let commands = groups.flatMap(\.runs).map { Self.command($0) }
    return PageSection(
      id: "reproduction", title: "How to run it again",
      body: "<pre tabindex=\"0\">\(HTML.escaped(commands.joined(separator: "\n")))</pre>"
        + HTML.note(
          "A run does not record whether it began with --from: if it did, begin it so again. With the "
            + "same binary the numbers are then the same to the last digit, on any number of threads; "
            + "other processors may differ in last digits. The figures under “Pace” are those of the "
            + "machine that trained. What is computed from checkpoints was computed by the machine "
            + "below.")
        + HTML.table(
          "What made this report", head: ["What", "Value"],
          rows: ([("Commit", commit)] + Machine.rows).map {
            [HTML.escaped($0.name), HTML.escaped($0.value)]
          }, class: "keys")
    )
  }

  /// The shortest command that makes the run: what differs from its environment's own preset.
  package static func command(_ run: RunRecord) -> String {
    run.configuration.command(named: run.name)
  }
}

/// What this program runs on.
enum Machine {
  static var rows: [(name: String, value: String)] {
    let process = ProcessInfo.processInfo
    let rows = [
      ("Processor", processor), ("Cores", "\(Processors.count)"),
      ("Memory", "\(process.physicalMemory >> 30) GiB"),
      ("System", process.operatingSystemVersionString),
      ("Kernels", InstructionSet.current.rawValue),
    ]
    return rows.compactMap { name, value in value.map { (name, $0) } }
  }

  /// Linux tells; elsewhere nothing is said.
  private static var processor: String? {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
  }
}
