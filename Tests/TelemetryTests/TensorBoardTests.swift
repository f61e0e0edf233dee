import Foundation
import Pictures
import Runs
import Telemetry
import TestSupport
import Testing

@Suite(
  "What TensorBoard reads of an event file",
  .enabled(if: Python.has("tensorboard"), Comment(rawValue: Python.remedy("tensorboard"))))
struct TensorBoardTests {
  /// Prints what TensorBoard finds in a folder as lines.
  private static let program = """
    import io, sys
    from PIL import Image
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    found = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0})
    found.Reload()
    for tag in found.Tags()["scalars"]:
      print(tag, [(event.step, event.value, event.wall_time) for event in found.Scalars(tag)])
    for tag in found.Tags()["images"]:
      for event in found.Images(tag):
        image = Image.open(io.BytesIO(event.encoded_image_string))
        print(tag, event.step, event.height, event.width, image.mode, list(image.tobytes()))
    for tag in found.Tags()["histograms"]:
      for event in found.Histograms(tag):
        value = event.histogram_value
        print(tag, event.step, value.min, value.max, value.num, value.sum, value.sum_squares,
              list(value.bucket_limit), list(value.bucket))
    for tag in found.Tags()["tensors"]:
      for event in found.Tensors(tag):
        print(tag, event.step, event.tensor_proto.string_val[0].decode(),
              found.SummaryMetadata(tag).plugin_data.plugin_name)
    """

  @Test("it finds scalars, images, histograms and texts under their names and steps")
  func contents() throws {
    let scratch = try Scratch()
    let file = try EventFile(RunFolder(at: scratch.url).events, now: { 12.5 })
    try file.write(MetricRecord(step: 3, values: ["train/loss/rew": 0.5, "note": "all is well"]))
    try file.write(MetricRecord(step: 70_000, values: ["train/loss/rew": .double(-1.25)]))
    let picture = Picture(height: 1, width: 2, channels: 3, pixels: [1, 2, 3, 254, 255, 0])
    try file.write(
      [
        .init("report/image", .image(.init(picture))),
        .init("latents", .histogram(try #require(Histogram(of: [1, 2, 5], bucketCount: 2)))),
      ], step: 9)
    #expect(
      try Python.run(Self.program, [scratch.url.path]) == """
        train/loss/rew [(3, 0.5, 12.5), (70000, -1.25, 12.5)]
        report/image 9 1 2 RGB [1, 2, 3, 254, 255, 0]
        latents 9 1.0 5.0 3.0 8.0 30.0 [3.0, 5.0] [2.0, 1.0]
        note 3 all is well text

        """)
  }
}
