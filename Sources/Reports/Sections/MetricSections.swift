import Foundation
import LatentModels

/// Losses, and what else is measured while an agent learns.
struct MetricSections {
  let groups: [RunGroup]

  private var curves: CurveMaker { CurveMaker(groups: groups) }

  // MARK: losses

  var losses: PageSection {
    let charts = [divergence, entropies].compactMap { $0 } + lossCharts
    return PageSection(
      id: "losses", title: "Losses",
      body: charts.isEmpty
        ? HTML.missing("There are no losses yet: no update has been logged.")
        : HTML.note(
          "Rows whose divergence is at most the free nats have no gradient. Losses on replay that "
            + "training has not drawn are dashed.") + grid(charts))
  }

  private var divergence: CurveChart? {
    let nats = Set(
      groups.compactMap { group -> Double? in
        guard let rssm = group.ofAgent?.agent.dyn.rssm else { return nil }
        let latent = try? LatentFamilies.make(rssm)
        return latent?.hasDivergence == false ? nil : rssm.freeNats
      })
    let levels = nats.count == 1 ? nats.map { CurveChart.Level(name: "free nats", y: $0) } : []
    return curves.chart(
      "Divergence of posterior and prior", unit: "nats",
      [
        ("of itself", "train/kl"), ("as loss, free nats held", "train/loss/dyn"),
        ("as loss, held out", "report/loss/dyn"),
      ], levels: levels)
  }

  private var entropies: CurveChart? {
    curves.chart(
      "Entropy of the latents", unit: "nats",
      [("prior", "train/dyn_ent"), ("posterior", "train/rep_ent")])
  }

  private var lossCharts: [CurveChart] {
    let names = curves.metricNames.compactMap { name -> Substring? in
      name.hasPrefix("train/loss/") ? name.dropFirst("train/loss/".count) : nil
    }
    return names.filter { $0 != "dyn" && $0 != "rep" }.compactMap { name in
      curves.chart(
        Self.lossTitles["\(name)"] ?? "Reconstruction of “\(name)”", unit: "nats",
        [("training", "train/loss/\(name)"), ("held out", "report/loss/\(name)")],
        mayBeLogarithmic: true)
    }
  }

  private static let lossTitles = [
    "rew": "Reward head", "con": "Continue head", "policy": "Policy", "value": "Critic, imagined",
    "repval": "Critic, replayed", "codebook": "Codebook",
  ]

  // MARK: diagnostics

  var diagnostics: PageSection {
    let groups: [(title: String, charts: [CurveChart?])] = [
      ("World model", worldModelCharts), ("Actor and critic", actorCharts),
      ("Optimiser", optimizerCharts), ("Pace", paceCharts),
    ]
    let parts = groups.compactMap { title, charts -> String? in
      let charts = charts.compactMap { $0 }
      return charts.isEmpty ? nil : "<h3>\(title)</h3>" + grid(charts)
    }
    return PageSection(
      id: "diagnostics", title: "Diagnostics",
      body: parts.isEmpty
        ? HTML.missing("Nothing has been logged yet.") : warnings + parts.joined() + rest)
  }

  private var worldModelCharts: [CurveChart?] {
    let images = Set(
      curves.metricNames.compactMap { name -> String? in
        let parts = name.split(separator: "/")
        return parts.count == 4 && parts[1] == "recon" ? "\(parts[2])" : nil
      }
    ).sorted()
    return [
      curves.chart(
        "Rows within free nats", unit: "share", [("", "train/kl_free")]),
      curves.chart("Active latents", unit: "count", [("", "report/latents/active")]),
      curves.chart("Perplexity of a latent", unit: "classes", [("", "report/latents/perplexity")]),
      curves.chart("Unused classes", unit: "share", [("", "report/latents/dead_share")]),
      curves.chart(
        "Rewards that are foreseen", unit: "share of rewarded rows", [("", "train/rew_recall")]),
    ]
      + images.map { name in
        curves.chart(
          "Reconstruction of “\(name)”", unit: "loss, held out",
          [
            ("after looking", "report/recon/\(name)/posterior"),
            ("before", "report/recon/\(name)/prior"),
          ],
          mayBeLogarithmic: true)
      }
      + images.map { name in
        curves.chart(
          "Open loop, “\(name)”", unit: "loss after imagined steps",
          ["h1", "h4", "h8"].map { ($0, "report/open_loop/\(name)/\($0)") },
          mayBeLogarithmic: true)
      }
  }

  private var actorCharts: [CurveChart?] {
    [
      curves.chart("Entropy of the policy", unit: "nats", [("", "train/ent/action")]),
      curves.chart("Imagined returns", unit: "λ-returns", [("", "train/ret")]),
      curves.chart(
        "Values", unit: "", [("critic", "train/val"), ("target", "train/tar")]),
      curves.chart(
        "Advantages", unit: "of imagined actions",
        [("mean magnitude", "train/adv_mag"), ("deviation", "train/adv_std")]),
    ]
  }

  private var optimizerCharts: [CurveChart?] {
    [
      curves.chart(
        "Gradient", unit: "norm before clipping", [("", "train/opt/grad_norm")],
        mayBeLogarithmic: true),
      curves.chart(
        "Update", unit: "root mean square", [("", "train/opt/update_rms")], mayBeLogarithmic: true),
      curves.chart("Parameters", unit: "root mean square", [("", "train/opt/param_rms")]),
      curves.chart("Skipped updates", unit: "count", [("", "train/opt/skipped")]),
    ]
  }

  private var paceCharts: [CurveChart?] {
    // The steps of models of frames are updates.
    let isOfAgents = groups.first?.ofAgent != nil
    return [
      curves.chart("Updates", unit: "a second", [("", "fps/updates")]),
      isOfAgents
        ? curves.chart("Environment steps", unit: "a second", [("", "fps/policy")])
        : curves.chart("Frames", unit: "a second", [("", "fps/train")]),
      curves.chart("Memory", unit: "2³⁰ bytes", [("", "usage/proc_ram_gb")]),
    ]
  }

  /// What the run warned of.
  private var warnings: String {
    let names = curves.metricNames.filter { $0.hasPrefix("warning/") }
    guard !names.isEmpty else { return "" }
    let items = names.flatMap { name in
      groups.flatMap(\.runs).compactMap { run -> String? in
        guard let first = run.metrics[name]?.first else { return nil }
        let words = name.dropFirst("warning/".count).replacingOccurrences(of: "_", with: " ")
        return "<li>\(HTML.escaped(run.name)): \(HTML.escaped(words)) at step "
          + "\(Numbers.whole(first.step))</li>"
      }
    }
    return "<p class=\"missing\">Training gave warnings:</p><ul>\(items.joined())</ul>"
  }

  /// Every other number, for who looks for it.
  private var rest: String {
    let charts = curves.metricNames
      .filter { !$0.hasPrefix("warning/") && !$0.hasPrefix("train/loss/") }
      .compactMap { curves.chart($0, unit: "", [("", $0)], mayBeLogarithmic: true) }
    return HTML.folded("Every number by its name (\(charts.count))", grid(charts))
  }

  private func grid(_ charts: [CurveChart]) -> String {
    "<div class=\"grid-of-charts\">\(charts.map { $0.figure() }.joined(separator: "\n"))</div>"
  }
}
