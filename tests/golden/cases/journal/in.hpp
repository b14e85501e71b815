// A class whose methods run in the transactions of a journal.
#pragma once
#include <roi/annotations.hpp>
#include <string>

namespace roi {
class journal;
}

namespace demo {

class ROI_REMOTE("till") Till {
public:
    ROI_LOCAL roi::journal& journal();
    ROI_LOCAL void reload();
    ROI_EXACTLY_ONCE long add(const std::string& account, long cents);
    ROI_DURABLE_AT_MOST_ONCE void print(const std::string& text);
    ROI_AT_LEAST_ONCE long balance(const std::string& account) const;
};

}  // namespace demo
