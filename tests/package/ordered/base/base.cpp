// The class of the interface.
#include "base/base.hpp"

int ordered::Base::one() const {
    return 1;
}
