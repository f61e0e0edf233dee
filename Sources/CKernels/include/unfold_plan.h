#pragma once
#include <stdint.h>

/// How one image is unfolded for a convolution with sixteen of its pixels in the vector lanes.
///
/// The unfolded image is planes `[row phases, channels, tap columns, rows, grid_width]`, where
/// `plane[p][c][t][m][x] = source[c](step · m + p - top, step · x + t - left)`, zero outside the
/// image. What a tap reads for all pixels of the grid, row after row, then is one run of floats,
/// whatever the width and the step: for tap row d it begins at row `d / step` of phase `d % step`.
typedef struct {
  int32_t channels, source_height, source_width;
  /// Source pixels from one grid pixel to the next, in both directions.
  int32_t step;
  /// Rows of zeros above and columns of zeros left of the image.
  int32_t top, left;
  int32_t tap_columns, row_phases;
  /// Rows of a phase, and pixels of each.
  int32_t rows, grid_width;
  /// Floats from one plane to the next, at least sixteen more than the plane has.
  int32_t plane_step;
  /// Floats of a row of one channel between zeros, and of all of them with room behind.
  int32_t padded_width, padded_count;
} ck_unfold_plan;
