import Foundation
import FrameSources
import Testing
import Worlds

@Suite("Fashion-MNIST, as Debian has it")
struct FashionMNISTTests {
  private static let folder = "/usr/share/datasets/fashion-mnist"
  private static let isInstalled = FileManager.default.fileExists(atPath: folder)

  /// Sums and labels are NumPy's.
  @Test(
    "its files are read, split and binarised",
    .enabled(if: isInstalled, "the package dataset-fashion-mnist is not installed"))
  func reading() throws {
    var configuration = FrameDataConfiguration()
    configuration.idx = Self.folder + "/train-images-idx3-ubyte.gz"
    configuration.labels = Self.folder + "/train-labels-idx1-ubyte.gz"
    configuration.heldIdx = Self.folder + "/t10k-images-idx3-ubyte.gz"
    configuration.heldLabels = Self.folder + "/t10k-labels-idx1-ubyte.gz"
    let data = try FrameData(
      configuration, task: "", env: EnvironmentConfigurations(), seed: 0)
    #expect(data.shape == FrameShape(height: 28, width: 28, channels: 1))
    #expect([data.training, data.validation, data.heldOut].map(\.count) == [57_000, 3000, 10_000])
    #expect(data.label?.values.prefix(10) == [9, 0, 0, 3, 0, 2, 7, 2, 5, 5])
    #expect(data.heldOut.labels("label")?.prefix(10) == [9, 2, 1, 1, 6, 1, 4, 6, 5, 7])
    let fourth = try data.training.source.read([3])
    #expect(fourth.reduce(0) { $0 + Int($1) } == 46_649)
    let heldOut = try data.heldOut.frames(0..<10_000)
    #expect(heldOut.reduce(0) { $0 + Int($1) } == 573_469_082)
    let fixed = try data.heldOut.frames(Array(0..<10_000), .fixed)
    #expect(fixed.count { $0 == 255 } == 2_247_345)
    #expect(fixed.suffix(784).count { $0 == 255 } == 87)
  }
}
