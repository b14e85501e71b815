#pragma once
#include "base.roi.hpp"
#include <roi/annotations.hpp>
