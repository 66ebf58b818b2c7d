def forward(self, x: Tensor) -> Dict[str, Tensor]:
    # x [B, 3, H, W] normalised
    tokens = self.encoder.forward(x)
    B, h, w = x.size(0), x.size(2) // {patch}, x.size(3) // {patch}
    patchMap = tokens["patchTokens"].transpose(1, 2).reshape([B, {width}, h, w])
    auxMap = tokens["auxTokens"].transpose(1, 2).reshape([B, {width}, h, w])
    return {
        "cls": {pooledLogits},  # [B, K]
        "seg": self.decoder.forward(patchMap),  # [B, C, h, w]
        "cam": torch.conv2d(patchMap, self.classifier.weight),  # [B, K, h, w]
        "camAux": torch.conv2d(auxMap, self.aux_classifier.weight)  # [B, K, h, w]
    }
