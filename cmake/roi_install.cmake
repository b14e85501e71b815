# Installation: components, exported targets, package config.
