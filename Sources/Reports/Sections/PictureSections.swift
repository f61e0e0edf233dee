import Agents
import Files
import Foundation
import Pictures
import Probes
import Runs

/// What can be looked at: imagined futures, traversals, maps.
struct PictureSections {
  let groups: [RunGroup]
  let studies: [AgentStudy]
  let names: [String]

  private func heading(_ name: String) -> String {
    groups.count > 1 ? "<h3>\(HTML.escaped(name))</h3>" : ""
  }

  // MARK: imagination

  var imagination: PageSection {
    let films = groups.compactMap { group -> String? in
      let films = fresh(group).map { [$0] } ?? group.runs.compactMap { Self.films($0.folder) }.first
      return films.map { heading(group.name) + $0.joined() }
    }
    return PageSection(
      id: "imagination", title: "What it imagines",
      body: films.isEmpty
        ? HTML.missing("The runs hold no pictures yet: training writes them with its reports.")
        : HTML.note(
          "In green borders the model observes; in red ones it imagines with closed eyes, told only "
            + "the actions. Rows: what was, what the model makes of it, what it imagines, the "
            + "difference; below, what it foresees beside what came.") + films.joined())
  }

  /// What was made of the group's agent for this page.
  private func fresh(_ group: RunGroup) -> String? {
    guard let index = names.firstIndex(of: group.name), let data = studies[index].film else {
      return nil
    }
    return Self.film(
      data, type: "gif",
      words: "Fresh episodes of random actions after \(Numbers.whole(studies[index].step)) steps, "
        + "observed and then imagined")
  }

  /// The newest picture of each image, in motion where there is one; nil where there are none.
  private static func films(_ folder: RunFolder) -> [String]? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.videos.path)) ?? []
    var newest: [String: (step: Int, name: String)] = [:]
    for name in names.sorted() {
      let parts = name.split(separator: ".").first?.split(separator: "-", maxSplits: 1) ?? []
      guard parts.count == 2, let step = Int(parts[0]),
        name.hasSuffix(".gif") || name.hasSuffix(".png")
      else { continue }
      let key = "\(parts[1])"
      let old = newest[key]
      if old.map({ $0.step < step || ($0.step == step && name.hasSuffix(".gif")) }) ?? true {
        newest[key] = (step, name)
      }
    }
    let films = newest.sorted { $0.key < $1.key }.compactMap { key, film in
      Self.film(folder.videos.appendingPathComponent(film.name), of: key, step: film.step)
    }
    return films.isEmpty ? nil : films
  }

  private static func film(_ url: URL, of key: String, step: Int) -> String? {
    guard let data = try? AtomicFile.read(url) else { return nil }
    return film(
      data, type: url.pathExtension,
      words: "“\(key)” after \(Numbers.whole(step)) steps, replay that training has not drawn, "
        + "observed and then imagined")
  }

  static func film(_ data: Data, type: String, words: String) -> String? {
    guard let size = PictureSize(data) else { return nil }
    return "<figure class=\"film\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" "
      + "aria-label=\"\(HTML.escaped(words))\">"
      + HTML.image(
        data, type: "image/\(type)", alternative: words, width: size.width,
        height: size.height)
      + "</div><figcaption><span class=\"unit\">\(HTML.escaped(words))</span></figcaption></figure>"
  }

  // MARK: traversals

  /// How many latents and values of each are shown.
  private static let (latentCount, valueCount) = (6, 10)

  var traversals: PageSection? {
    let parts = zip(studies, names).compactMap { study, name in
      study.traversal.map { heading(name) + table($0) }
    }
    guard !parts.isEmpty else { return nil }
    return PageSection(
      id: "traversals", title: "What single latents mean",
      body: HTML.note(
        "The first state of a held-out episode, where the deterministic state knows nothing of the "
          + "episode yet, decoded with one of its latents set to several values in turn and all else as it "
          + "was; the value that it has is framed. Shown are the latents that change the picture most."
      ) + parts.joined())
  }

  private func table(_ traversal: LatentTraversal) -> String {
    let latents = traversal.latents.prefix(Self.latentCount)
    let names = (latents.first?.names ?? []).prefix(Self.valueCount)
    let rows = latents.map { latent in
      ["latent \(latent.index) <span class=\"unit\">\(Numbers.short(latent.effect))</span>"]
        + names.indices.map { number in
          tile(traversal, latent, number)
        }
    }
    return HTML.table(
      "Decoded pictures by latent and value; beside the latent's number, how far its pictures are from "
        + "the state's own (mean absolute difference, 0 to 1)",
      head: ["Latent"] + names, rows: Array(rows), class: "tiles")
  }

  private func tile(
    _ traversal: LatentTraversal, _ latent: LatentTraversal.Latent, _ number: Int
  ) -> String {
    let picture = Picture(
      height: traversal.height, width: traversal.width, channels: traversal.channels,
      pixels: latent.pictures[number])
    guard let data = try? picture.png() else { return "" }
    let image = HTML.image(
      data, type: "image/png", alternative: "latent \(latent.index), \(latent.names[number])",
      width: traversal.width, height: traversal.height)
    return "<span class=\"\(number == latent.current ? "now" : "")\">\(image)</span>"
  }

  // MARK: maps

  var maps: PageSection? {
    let parts = zip(studies, names).compactMap { study, name -> String? in
      let truth = study.map.truth.first ?? []
      let charts = truth.indices.compactMap { ScatterChart(map: study.map, index: $0).figure }
      return charts.isEmpty
        ? nil : heading(name) + "<div class=\"grid-of-charts\">\(charts.joined())</div>"
    }
    guard !parts.isEmpty else { return nil }
    return PageSection(
      id: "maps", title: "A map of the latents",
      body: HTML.note(
        "Moments of the held-out episodes by the first two principal components of the whole "
          + "standardised state; the same points, coloured by what was true of the world.")
        + parts.joined())
  }
}

/// The size that a PNG or GIF file says it has.
package struct PictureSize {
  package let width: Int
  package let height: Int

  package init?(_ data: Data) {
    let bytes = [UInt8](data.prefix(24))
    guard bytes.count == 24 else { return nil }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      func number(_ start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
      (width, height) = (number(16), number(20))
    } else if bytes.starts(with: Array("GIF8".utf8)) {
      (width, height) = (Int(bytes[6]) | Int(bytes[7]) << 8, Int(bytes[8]) | Int(bytes[9]) << 8)
    } else {
      return nil
    }
  }
}
