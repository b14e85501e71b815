// Makes one of each: all stubs are there.
#include "top.roi.hpp"

int main() {
    ordered::MiddleClient middle;
    ordered::TopClient top;
    ordered::BaseClient& base = middle;
    return &base.roi_reference() == &top.roi_reference() ? 1 : 0;
}
