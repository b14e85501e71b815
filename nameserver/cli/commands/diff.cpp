// roi diff: what changed between two interfaces, and what of it breaks.
#include "command.hpp"
#include "description/compatibility.hpp"
#include "description_source.hpp"

#include <iostream>
#include <memory>

namespace roi::cli {

namespace {

exit_code run(const settings& with, const std::string& older, const std::string& newer) {
    const auto before = read_description(older, with);
    const auto after = read_description(newer, with);
    const auto found = description::compare(before.document, after.document);
    if (with.json) {
        std::cout << description::to_json(found);
    } else if (found.findings.empty()) {
        print("nothing changed that clients or servers could notice\n");
    } else {
        print(description::to_text(found));
    }
    return found.fits() ? exit_code::ok : exit_code::failed;
}

}  // namespace

void add_diff(program& to) {
    auto& command = add_command(
        to, "diff", "Say what changed between two interfaces, and what breaks",
        "  roi diff released/bank.desc build/bank.desc\n"
        "  roi diff released/bank.desc bank\n"
        "Exit code 0: clients of the older one work with the newer one; 1: not all do.");
    const auto older = std::make_shared<std::string>();
    const auto newer = std::make_shared<std::string>();
    command.add_option("OLD", *older, "A .desc file or a published name")->required();
    command.add_option("NEW", *newer, "A .desc file or a published name")->required();
    command.callback([&to, older, newer] {
        to.run = [&to, older, newer] { return run(to.settings, *older, *newer); };
    });
}

}  // namespace roi::cli
