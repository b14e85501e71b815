// roi resolve: what a client gets for a name.
#include "command.hpp"
#include "directory.hpp"
#include "format.hpp"

#include <memory>

namespace roi::cli {

namespace {

exit_code run(settings with, const std::string& text) {
    const auto object = object_name::parse(text, with);
    if (!object.endpoint.empty()) {
        throw failure(exit_code::usage, "'" + text + "' is a location already",
                      "`roi ping " + text + "` says whether something answers there");
    }
    with.scope = object.scope;
    const auto entry = directory::open(with).resolve(object.name);
    if (with.json) {
        auto locations = nlohmann::ordered_json::array();
        for (const auto& place : entry.locations) {
            locations.push_back({{"endpoints", place.endpoints},
                                 {"generation", place.generation},
                                 {"holder", holder_text(place.holder)},
                                 {"since", utc_text(place.published_at_ms)}});
        }
        print_json(nlohmann::ordered_json{{"scope", entry.scope},
                                          {"name", entry.name},
                                          {"interface", entry.type.name},
                                          {"fingerprint", hex(entry.type.fingerprint)},
                                          {"address", hex(entry.address)},
                                          {"locations", locations}});
        return exit_code::ok;
    }
    std::vector<std::vector<std::string>> rows{{"name", entry.name},
                                               {"scope", entry.scope},
                                               {"interface", entry.type.name},
                                               {"fingerprint", hex(entry.type.fingerprint)},
                                               {"address", hex(entry.address)}};
    for (const auto& place : entry.locations) {
        rows.push_back({"location", joined(place.endpoints, " ")});
        rows.push_back({"generation", std::to_string(place.generation)});
        rows.push_back({"holder", holder_text(place.holder)});
        rows.push_back({"since", time_text(place.published_at_ms)});
    }
    print(table(rows));
    return exit_code::ok;
}

}  // namespace

void add_resolve(program& to) {
    auto& command =
        add_command(to, "resolve", "Show what a client gets for a name: address and locations",
                    "  roi resolve bank");
    const auto name = std::make_shared<std::string>();
    command.add_option("NAME", *name, "bank, or /team/alice/bank")->required();
    command.callback([&to, name] { to.run = [&to, name] { return run(to.settings, *name); }; });
}

}  // namespace roi::cli
