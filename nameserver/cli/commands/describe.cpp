// roi describe: an interface as C++, from a published object or a description file.
#include "command.hpp"
#include "description/description.hpp"
#include "description/names.hpp"
#include "description/render.hpp"
#include "description_source.hpp"

#include <filesystem>
#include <fstream>
#include <memory>

namespace roi::cli {

namespace {

struct options {
    std::string of;
    std::string save;
    bool methods = false;
};

nlohmann::ordered_json as_json(const description::document& all, const std::string& only) {
    auto list = nlohmann::ordered_json::array();
    for (const auto* interface : all.services()) {
        if (!only.empty() && description::wire_name(*interface) != only) {
            continue;
        }
        const auto& marks = description::marks(*interface);
        auto methods = nlohmann::ordered_json::array();
        for (const auto* method : description::all_methods(all, *interface)) {
            auto parameters = nlohmann::ordered_json::array();
            for (int i = 0; i < method->input_type()->field_count(); ++i) {
                const auto& parameter = *method->input_type()->field(i);
                parameters.push_back({{"name", description::cpp_name(parameter)},
                                      {"number", parameter.number()},
                                      {"type", description::cpp_type(parameter)},
                                      {"defaulted", description::marks(parameter).defaulted()}});
            }
            const auto* result = method->output_type()->FindFieldByNumber(1);
            methods.push_back(
                {{"name", description::cpp_name(*method)},
                 {"interface", description::wire_name(*method->service())},
                 {"id", std::to_string(description::marks(*method).id())},
                 {"signature", description::signature(*method)},
                 {"parameters", parameters},
                 {"result", result == nullptr ? "void" : description::cpp_type(*result)},
                 {"oneway", description::marks(*method).oneway()},
                 {"comment", description::comment(*method)},
                 {"where", description::where(*method)}});
        }
        list.push_back(
            {{"interface", description::wire_name(*interface)},
             {"class", description::cpp_name(*interface)},
             {"published_name", marks.published_name()},
             {"bases", std::vector<std::string>(marks.bases().begin(), marks.bases().end())},
             {"methods", methods}});
    }
    return list;
}

void save(const std::string& bytes, const std::string& path) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << bytes;
    file.close();
    if (!file) {
        throw failure(exit_code::failed, "'" + path + "' cannot be written");
    }
}

exit_code run(const settings& with, const options& chosen) {
    const auto source = read_description(chosen.of, with);
    if (!chosen.save.empty()) {
        save(source.bytes, chosen.save);
        return exit_code::ok;
    }
    if (chosen.methods) {
        for (const auto* interface : source.document.services()) {
            if (source.interface.empty() ||
                description::wire_name(*interface) == source.interface) {
                for (const auto* method : description::all_methods(source.document, *interface)) {
                    print(description::cpp_name(*method) + "\n");
                }
            }
        }
    } else if (with.json) {
        print_json(as_json(source.document, source.interface));
    } else {
        print(description::to_header(source.document, source.interface));
    }
    return exit_code::ok;
}

}  // namespace

void add_describe(program& to) {
    auto& command = add_command(to, "describe", "Show an interface as C++",
                                "  roi describe bank\n  roi describe build/bank.desc\n"
                                "  roi describe bank --save bank.desc");
    const auto chosen = std::make_shared<options>();
    command.add_option("OBJECT", chosen->of, "A published name, unix:/run/x#bank, or a .desc file")
        ->required();
    command.add_flag("--methods", chosen->methods, "Only the methods' names, one to a line");
    command
        .add_option("--save", chosen->save, "Write the description to a file instead, for roi diff")
        ->type_name("FILE");
    command.callback(
        [&to, chosen] { to.run = [&to, chosen] { return run(to.settings, *chosen); }; });
}

}  // namespace roi::cli
