import Foundation
import Testing

/// Commands that look and change nothing.
@Suite("dreamer evaluate and bench")
struct ReadingTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  @Test("an evaluation prints one object with the keys of the contract")
  func evaluation() throws {
    try shell.train("--steps", "20")
    let before = try shell.contents()
    let outcome = try shell.run("evaluate", "run", "--episodes", "5", "--json")
    #expect(outcome.code == 0)
    let object = try Shell.object(outcome.output)
    #expect(
      object.keys.sorted() == [
        "episodes", "iqm", "iqm_interval", "lengths", "mean", "mean_interval", "median", "returns",
        "std", "success_interval", "success_rate",
      ])
    for name in ["mean", "iqm", "success"] {
      let interval = object["\(name)_interval"] as? [Double] ?? []
      let value = object[name == "success" ? "success_rate" : name] as? Double ?? .nan
      #expect(interval.count == 2 && interval[0] <= value && value <= interval[1], "\(name)")
    }
    #expect(object["episodes"] as? Int == 5)
    #expect((object["returns"] as? [Double])?.count == 5)
    #expect((object["lengths"] as? [Int])?.allSatisfy { 1...100 ~= $0 } == true)
    #expect(object["success_rate"] is Double)
    #expect(try shell.contents() == before)
  }

  @Test("the same seed evaluates to the same, another one to something else")
  func evaluationSeeds() throws {
    try shell.train("--steps", "20")
    let outputs = try ["0", "0", "1"].map {
      try shell.run("evaluate", "run", "--episodes", "20", "--seed", $0, "--json").output
    }
    #expect(outputs[0] == outputs[1])
    #expect(outputs[0] != outputs[2])
  }

  @Test("the number of threads changes nothing, and rows are the returns and lengths")
  func evaluationRows() throws {
    try shell.train("--steps", "20")
    let arguments = ["evaluate", "run", "--episodes", "5", "--rows", "--json", "--threads"]
    let outcome = try shell.run(arguments + ["1"])
    #expect(try shell.run(arguments + ["3"]).output == outcome.output)
    let object = try Shell.object(outcome.output)
    let rows = object["rows"] as? [[String: Any]] ?? []
    #expect(rows.compactMap { $0["episode"] as? Int } == [0, 1, 2, 3, 4])
    #expect(rows.compactMap { $0["return"] as? Double } == object["returns"] as? [Double])
    #expect(rows.compactMap { $0["length"] as? Int } == object["lengths"] as? [Int])
    let text = try shell.run("evaluate", "run", "--episodes", "5", "--rows").output
    let lines = text.split(separator: "\n")
    #expect(lines.first == "episode      return  length  success")
    #expect(lines.dropFirst().prefix(5).allSatisfy { $0.hasSuffix("yes") || $0.hasSuffix("no") })
  }

  @Test("a checkpoint's folder, the mode and blank frames can be evaluated")
  func evaluationChoices() throws {
    try shell.train("--steps", "20")
    let outcome = try shell.run(
      "evaluate", "run/checkpoints/20", "--episodes", "2", "--mode", "--blank")
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("gridworld/Empty-5x5 after 20 steps, 2 episodes\nreturn "))
  }

  @Test("a world without success evaluates to null")
  func evaluationWithoutSuccess() throws {
    _ = try shell.run(
      "train", "--env", "pendulum/classic", "--preset", "debug", "--logdir", "run", "--steps",
      "20")
    let outcome = try shell.run("evaluate", "run", "--episodes", "1", "--json")
    #expect(try Shell.object(outcome.output)["success_rate"] is NSNull)
  }

  @Test("a benchmark prints one object with the keys of the contract")
  func benchmark() throws {
    let outcome = try shell.run(
      "bench", "--preset", "debug", "--set", "run.threads=1", "--json")
    #expect(outcome.code == 0)
    let object = try Shell.object(outcome.output)
    #expect(
      object.keys.sorted() == [
        "blas", "normalized_update_s", "peak_rss_mb", "policy_step", "sgemm1_gflops",
        "sgemm_gflops", "startup_s", "threads", "update",
      ])
    let blas = object["blas"] as? [String: Any]
    #expect((blas?["kernels"] as? String)?.isEmpty == false)
    #expect((blas?["library"] as? String)?.contains("OpenBLAS") == true)
    let update = object["update"] as? [String: Any]
    #expect(update?.keys.sorted() == ["median_s", "phases"])
    #expect((update?["median_s"] as? Double ?? 0) > 0)
    #expect((update?["phases"] as? [String: Double])?.isEmpty == false)
    #expect(((object["policy_step"] as? [String: Any])?["median_us"] as? Double ?? 0) > 0)
    #expect(object["threads"] as? Int == 1)
    #expect(try shell.contents().isEmpty)
  }

  @Test("the convolutions are listed by the reference's names, each with its speed")
  func convolutions() throws {
    let table = try shell.run("bench", "--preset", "debug", "--convolutions").output
    let rows = table.split(separator: "\n").dropFirst()
    #expect(rows.first?.hasPrefix("enc/cnn0 ") == true)
    #expect(rows.last?.hasPrefix("dec/imgout ") == true)
    for row in rows { #expect(row.split(separator: " ").suffix(3).allSatisfy { Int($0) != nil }) }
    let refused = try shell.run("bench", "--convolutions", "--json")
    #expect(refused.code == 64)
    let without = try shell.run(
      "bench", "--preset", "debug", "--convolutions", "--set", "bench.image=[]", "bench.vector=8")
    #expect(without.code == 64)
    #expect(without.errors.contains("without an image there are no convolutions"))
  }
}
