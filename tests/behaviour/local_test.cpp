// The local object: what the suite takes as given of every other one.
#include "behaviour/handwritten/kitchen.hpp"
#include "behaviour/kitchen_checks.hpp"

#include <doctest/doctest.h>

TEST_CASE("a local object does what the suite asks of remote ones") {
    demo::Kitchen kitchen;
    kitchen_checks::takes_and_gives_values(kitchen);
    kitchen_checks::throws_standard_types(kitchen);
    kitchen_checks::throws_bases(kitchen);
    kitchen_checks::throws_codes(kitchen);
    kitchen_checks::throws_marked_types(kitchen);
}
