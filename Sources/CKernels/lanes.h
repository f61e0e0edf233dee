// Kernels on blocks of sixteen images, `[channels, height, width, 16]`.
#pragma once
#include "lanes_convolution.h"
#include "lanes_images.h"
#include "lanes_norm.h"
#include "lanes_pooling.h"
#include "lanes_weight_gradient.h"
