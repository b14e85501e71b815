// not compiled: it declares roi::task itself, so that reading it needs nothing else.
#pragma once
#include <roi/annotations.hpp>
#include <string>

namespace roi { template <class T> class task {}; }
namespace demo {
class ROI_REMOTE() Tasks {
public:
    roi::task<int> answer(int a);
    roi::task<void> nothing();
    roi::task<std::string> text() const;
};
}  // namespace demo
