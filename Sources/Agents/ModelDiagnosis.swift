import Autodiff
import Kernels
import LatentModels
import Randomness
import WorldModels

/// What a world model's latents carry and how well it predicts, on rows that it is not trained on.
package struct ModelDiagnosis: Sendable {
  /// The reconstruction losses of an observation.
  package struct Reconstruction: Sendable, Equatable {
    package let name: String
    /// The mean loss of rows whose latents were drawn after seeing them, and before.
    package let posterior: Float
    package let prior: Float
  }

  /// How the loss of an observation grows with the steps that are imagined.
  package struct Horizon: Sendable, Equatable {
    package let name: String
    /// The mean loss at 1, 2, … imagined steps; not a number where every episode has ended by then.
    package let losses: [Float]
  }

  package let latents: LatentUsage
  package let reconstructions: [Reconstruction]
  package let horizons: [Horizon]
  /// Deterministic states, and divergences of rows in nats, for histograms.
  package let deter: [Float]
  package let divergences: [Float]

  /// Numbers by name; the horizon's at powers of two.
  package var metrics: [(name: String, value: Float)] {
    var metrics: [(name: String, value: Float)] = [
      ("latents/active", Float(latents.activeCount))
    ]
    if let codes = latents.codes {
      metrics += [
        ("latents/perplexity", codes.perplexity), ("latents/dead_share", codes.deadShare),
      ]
    }
    for part in reconstructions {
      metrics.append(("recon/\(part.name)/posterior", part.posterior))
      metrics.append(("recon/\(part.name)/prior", part.prior))
    }
    for horizon in horizons {
      for exponent in 0..<Int.bitWidth - 1 where 1 << exponent <= horizon.losses.count {
        let loss = horizon.losses[(1 << exponent) - 1]
        if !loss.isNaN { metrics.append(("open_loop/\(horizon.name)/h\(1 << exponent)", loss)) }
      }
    }
    return metrics
  }
}

extension Agent {
  /// Looks at a batch and changes nothing. Takes a forward pass on one thread, two further decodings
  /// and the imagining of a few sequences: for reports, not for every update.
  package func diagnose(_ batch: SequenceBatch, draws: DrawSource) -> ModelDiagnosis {
    withInferenceTape { tape in
      let shard = BatchShard(batch, sequences: 0..<batch.size)
      let pass = ShardPass(
        agent: self, batch: batch, draws: draws, scales: configuration.lossScales, updates: 0,
        shardCount: 1
      ).observe(shard, recordings: nil, tape)
      let seen = pass.vectors.map { ($0.name, $0.loss.values) } + pass.images
      let guessed = decoderLosses(guesses(pass, draws, tape), shard, tape)
      let latent = worldModel.rssm.latent
      return ModelDiagnosis(
        latents: latent.usage(of: latent.description(of: pass.posterior)),
        reconstructions: zip(seen, guessed).map { seen, guessed in
          .init(name: seen.0, posterior: mean(seen.1), prior: mean(guessed.1))
        },
        horizons: horizons(batch, draws, tape), deter: pass.path.states.deter.values.array,
        divergences: pass.dynamics.values.array)
    }
  }

  /// The posterior's states with latents drawn from the prior instead.
  private func guesses(
    _ pass: WorldModelPass, _ draws: DrawSource, _ tape: Tape
  ) -> RSSMState {
    let states = pass.path.states
    let stoch = tape.tensor(
      rows: states.stoch.rows, columns: states.stoch.columns, tracked: false)
    worldModel.rssm.latent.sample(
      pass.prior, draws.draw("prior of a report", step: 0, rows: RowNumbering(start: 0)),
      into: stoch, tape)
    return worldModel.rssm.state(deter: states.deter, stoch: stoch)
  }

  /// The losses of rows by observation.
  private func decoderLosses(
    _ states: RSSMState, _ shard: BatchShard, _ tape: Tape
  ) -> [(name: String, rows: Region)] {
    let decoder = worldModel.decoder
    return decoder.vectorLosses(states, shard, recordings: nil, tape).map {
      ($0.name, $0.loss.values)
    }
      + decoder.imageLosses(states, shard, weight: 0, recordings: nil, tape).map {
        ($0.name, $0.loss)
      }
  }

  private func horizons(
    _ batch: SequenceBatch, _ draws: DrawSource, _ tape: Tape
  ) -> [ModelDiagnosis.Horizon] {
    let shard = openLoopShard(batch)
    let observed = batch.length / 2
    let states = openLoopStates(shard, observed: observed, draws: draws, tape)
    let isFirst = shard.gather(batch.isFirst)
    return decoderLosses(states, shard, tape).map { name, rows in
      .init(
        name: name,
        losses: horizonLosses(
          rows.array, isFirst: isFirst, sequences: shard.size, observed: observed))
    }
  }

  private func mean(_ rows: Region) -> Float { Float(rows.sum / Double(rows.count)) }
}

/// The mean loss at each imagined step.
///
/// Imagination does not know that an episode ends: what comes after that is no error of it and is left
/// out.
/// - Parameters:
///   - losses: `[T, sequences]`, as `isFirst`, which tells where episodes begin.
///   - observed: steps that are not imagined.
/// - Returns: `[T - observed]`; not a number where no episode goes on.
package func horizonLosses(
  _ losses: [Float], isFirst: [Bool], sequences: Int, observed: Int
) -> [Float] {
  var goesOn = [Bool](repeating: true, count: sequences)
  return stride(from: observed * sequences, to: losses.count, by: sequences).map { start in
    for i in 0..<sequences where isFirst[start + i] { goesOn[i] = false }
    let left = (0..<sequences).filter { goesOn[$0] }
    return left.reduce(0) { $0 + losses[start + $1] } / Float(left.count)
  }
}
